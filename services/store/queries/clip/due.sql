-- Flags without a clip of their range: all of the margin that comes is there, and nothing changed for a while.
select
    flag.flag_id, flag.room_id, stream.name as stream, flag.epoch, flag.first_sample, flag.end_sample, flag.made_at,
    epoch.opened_at,
    (select coalesce(max(clip.version), 0) from clip where clip.flag_id = flag.flag_id) as "versions!",
    case when epoch_progress.finished_at is not null then epoch_progress.next_first end as epoch_end
from flag
join stream using (stream_id)
join epoch using (stream_id, epoch)
join epoch_progress using (stream_id, epoch)
where flag.status <> 'suppressed' and flag.changed_at >= $1 and flag.changed_at <= $2
    and (epoch_progress.finished_at is not null or epoch_progress.seen_end >= flag.end_sample + $3)
    and not exists (
        select from clip
        where clip.flag_id = flag.flag_id
            and (clip.absent is not null
                or clip.flag_first = flag.first_sample and clip.flag_end = flag.end_sample))
order by flag.changed_at, flag.flag_id
limit $4
