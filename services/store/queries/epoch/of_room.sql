select
    stream_id, epoch.epoch, epoch.began_at, epoch.between_reason, epoch_progress.next_first,
    epoch_progress.finished_at is not null as "finished!",
    greatest(epoch.samples, epoch_progress.seen_end, epoch_progress.next_first) as "samples!"
from stream
join epoch using (stream_id)
join epoch_progress using (stream_id, epoch)
where room_id = $1
order by stream_id, epoch.epoch
