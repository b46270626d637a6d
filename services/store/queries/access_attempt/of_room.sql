-- Those that were recorded by $2, where that is given: the wall time of an attempt is another.
select stream.name as stream, attempted_at, source, result, status, latency_ms, retry_after_s
from access_attempt
join stream using (stream_id)
where access_attempt.room_id = $1
    and ($2::timestamptz is null or exists (
        select from audit_event
        where entity = 'access_attempt' and entity_id = access_attempt_id::text and happened_at <= $2))
order by attempted_at, access_attempt_id
