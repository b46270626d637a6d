-- As it stood at $2, where that is given; when it was closed is told by the event.
select
    stream.name as stream, epoch.epoch, epoch.began_at, epoch.source, epoch.language,
    case when closed.by_then then epoch.ended_at end as ended_at,
    case when closed.by_then then epoch.closed_how end as closed_how
from stream
join epoch using (stream_id)
cross join lateral (
    select $2::timestamptz is null or exists (
        select from audit_event
        where entity = 'epoch' and entity_id = epoch.stream_id::text || '/' || epoch.epoch::text
            and action = 'epoch.closed' and happened_at <= $2) as by_then
) as closed
where room_id = $1 and ($2::timestamptz is null or epoch.opened_at <= $2)
order by stream_id, epoch.epoch
