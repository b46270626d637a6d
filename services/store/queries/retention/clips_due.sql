select clip.clip_id as id, guard.room_id as "room_id!", clip.made_at as at
from clip
join flag_guard guard using (flag_id)
where clip.absent is null and not guard.held and not guard.undecided
    and greatest(clip.made_at, guard.decided_at) < $1
    and not exists (select from clip_end where clip_end.clip_id = clip.clip_id)
order by clip.made_at, clip.clip_id
limit $2
