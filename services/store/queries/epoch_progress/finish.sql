update epoch_progress set finished_at = $3 where stream_id = $1 and epoch = $2
