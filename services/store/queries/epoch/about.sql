select
    stream.name as stream, epoch.epoch, epoch.began_at, epoch.source, epoch.language,
    case when $2::timestamptz is null or epoch.ended_at <= $2 then epoch.ended_at end as ended_at,
    case when $2::timestamptz is null or epoch.ended_at <= $2 then epoch.closed_how end as closed_how
from stream
join epoch using (stream_id)
where room_id = $1 and ($2::timestamptz is null or epoch.opened_at <= $2)
order by stream_id, epoch.epoch
