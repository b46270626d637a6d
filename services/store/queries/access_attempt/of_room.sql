select stream.name as stream, attempted_at, source, result, status, latency_ms, retry_after_s
from access_attempt
join stream using (stream_id)
where access_attempt.room_id = $1
order by attempted_at, access_attempt_id
