-- Text that nothing keeps any longer: far from any flag and older than $1, or of flags that are all older than $2 and
-- free. $3 is how near counts as near, in samples.
select segment.window_id, segment.ordinal, stream.room_id, w.stored_at, near.is_flagged as "is_flagged!"
from "window" w
join stream using (stream_id)
join segment using (window_id)
cross join lateral (
    select
        count(*) > 0 as is_flagged,
        coalesce(bool_or(
            guard.held or guard.undecided or greatest(guard.made_at, guard.decided_at) >= $2), false) as is_kept
    from flag_guard guard
    where guard.stream_id = w.stream_id and guard.epoch = w.epoch
        and guard.first_sample < w.end_sample + $3 and guard.end_sample > w.first_sample - $3
) as near
where w.stored_at < $1 and segment.erased_by is null and not near.is_kept
    and not exists (select from open_hold hold where hold.room_id = stream.room_id and hold.flag_id is null)
order by w.stored_at, segment.window_id, segment.ordinal
limit $4
