-- Flags whose clip is not cut yet: from now on it never is. Those that something keeps stay.
select
    guard.flag_id as "flag_id!", guard.room_id as "room_id!", stream.name as stream, flag.epoch, flag.first_sample,
    flag.end_sample
from flag_guard guard
join flag using (flag_id)
join stream on stream.stream_id = flag.stream_id
where flag.status <> 'suppressed' and not guard.held and not guard.undecided
    and not coalesce(guard.decided_at >= $4, false)
    and not exists (select from clip where clip.flag_id = guard.flag_id)
    and ($1::text is null or guard.room_id = $1)
    and ($2::uuid is null or guard.flag_id = $2)
    and ($3::text is null or exists (
        select from "window" w
        join segment using (window_id)
        where w.stream_id = flag.stream_id and w.epoch = flag.epoch
            and w.first_sample < flag.end_sample and w.end_sample > flag.first_sample
            and segment.speaker = $3))
