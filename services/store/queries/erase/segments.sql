-- Segments that a request is about (a room, a flag, or what one speaker said), with what keeps each. $4 is how near a
-- flag keeps the text around it, in samples; decisions since $5 keep it.
select
    segment.window_id, segment.ordinal, stream.room_id, w.stored_at,
    case
        when exists (select from open_hold hold where hold.room_id = stream.room_id and hold.flag_id is null)
            then 'legal_hold'
        else (
            select case
                when bool_or(guard.held) then 'legal_hold'
                when bool_or(guard.undecided) then 'open_case'
                when bool_or(guard.decided_at >= $5) then 'decision_kept'
            end
            from flag_guard guard
            where guard.stream_id = w.stream_id and guard.epoch = w.epoch
                and guard.first_sample < w.end_sample + $4 and guard.end_sample > w.first_sample - $4)
    end as kept_by
from "window" w
join stream using (stream_id)
join segment using (window_id)
left join flag on flag.flag_id = $2
where segment.erased_by is null
    and ($1::text is null or stream.room_id = $1)
    and ($2::uuid is null
        or flag.stream_id = w.stream_id and flag.epoch = w.epoch
            and flag.first_sample < w.end_sample and flag.end_sample > w.first_sample)
    and ($3::text is null or segment.speaker = $3)
order by w.stored_at, segment.window_id, segment.ordinal
