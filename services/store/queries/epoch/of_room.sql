-- As it stood at $2, where that is given: what was stored by then, and its length if it was closed by then. Of rows that
-- carry wall times of the sound alone, the event tells when they were written.
select
    stream_id, epoch.epoch, epoch.began_at, epoch.between_reason, stored.next_first as "next_first!",
    epoch_progress.finished_at is not null and ($2::timestamptz is null or epoch_progress.finished_at <= $2)
        as "finished!",
    case
        when $2::timestamptz is null then greatest(epoch.samples, epoch_progress.seen_end, epoch_progress.next_first)
        else greatest(
            case when exists (
                select from audit_event
                where entity = 'epoch' and entity_id = epoch.stream_id::text || '/' || epoch.epoch::text
                    and action = 'epoch.closed' and happened_at <= $2)
            then epoch.samples end, stored.next_first)
    end as "samples!"
from stream
join epoch using (stream_id)
join epoch_progress using (stream_id, epoch)
cross join lateral (
    select case
        when $2::timestamptz is null then epoch_progress.next_first
        else coalesce((
            select max("window".end_sample) from "window"
            where "window".stream_id = epoch.stream_id and "window".epoch = epoch.epoch and "window".stored_at <= $2), 0)
    end as next_first
) as stored
where room_id = $1 and ($2::timestamptz is null or epoch.opened_at <= $2)
order by stream_id, epoch.epoch
