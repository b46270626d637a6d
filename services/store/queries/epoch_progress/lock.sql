select next_first, finished_at is not null as "finished!" from epoch_progress
where stream_id = $1 and epoch = $2
for update
