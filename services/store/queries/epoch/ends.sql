select
    stream.room_id, epoch.began_at, epoch.closed_how is null as "open!",
    greatest(epoch.samples, epoch_progress.seen_end, epoch_progress.next_first) as "samples!"
from stream
join epoch using (stream_id)
join epoch_progress using (stream_id, epoch)
where $1::text is null or stream.room_id = $1
