-- When the last sound that a request is about was sent, as far as the database knows: the log may hold it for a while.
select max(w.stored_at) as newest
from "window" w
join stream using (stream_id)
left join flag on flag.flag_id = $2
where ($1::text is null or stream.room_id = $1)
    and ($2::uuid is null or flag.stream_id = w.stream_id and flag.epoch = w.epoch
        and flag.first_sample < w.end_sample and flag.end_sample > w.first_sample)
    and ($3::text is null or exists (
        select from segment where segment.window_id = w.window_id and segment.speaker = $3))
