select
    flag.flag_id, stream.name as stream, flag.epoch, flag.first_sample, flag.end_sample, flag.began_at, flag.category,
    flag.severity, flag.score, flag.status, flag.reach
from flag
join stream using (stream_id)
where flag.room_id = $1 and ($2::timestamptz is null or flag.made_at <= $2)
order by flag.began_at, flag.flag_id
