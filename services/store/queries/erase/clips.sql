select
    clip.clip_id as id, guard.room_id as "room_id!", clip.made_at as at,
    case
        when guard.held then 'legal_hold'
        when guard.undecided then 'open_case'
        when guard.decided_at >= $4 then 'decision_kept'
    end as kept_by
from clip
join flag_guard guard using (flag_id)
where clip.absent is null
    and not exists (select from clip_end where clip_end.clip_id = clip.clip_id)
    and ($1::text is null or guard.room_id = $1)
    and ($2::uuid is null or guard.flag_id = $2)
    and ($3::text is null or exists (
        select from "window" w
        join segment using (window_id)
        where w.stream_id = guard.stream_id and w.epoch = guard.epoch
            and w.first_sample < clip.end_sample and w.end_sample > clip.first_sample
            and segment.speaker = $3 and segment.first_sample < clip.end_sample
            and segment.end_sample > clip.first_sample))
order by clip.made_at, clip.clip_id
