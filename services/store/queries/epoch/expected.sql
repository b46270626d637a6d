select
    stream.room_id, stream.name as stream, epoch.epoch, epoch_progress.next_first, epoch_progress.seen_end,
    epoch_progress.finished_at is not null as "finished!", epoch.closed_how, epoch.samples, epoch.began_at, epoch.language,
    exists (
        select from "window"
        where "window".stream_id = epoch.stream_id and "window".epoch = epoch.epoch
            and "window".end_sample = epoch_progress.next_first and "window".seam
    ) as "seam!"
from epoch
join stream using (stream_id)
join epoch_progress using (stream_id, epoch)
where epoch_progress.finished_at is null and (epoch.closed_how is not null or epoch_progress.seen_end > 0)
order by stream_id, epoch.epoch
