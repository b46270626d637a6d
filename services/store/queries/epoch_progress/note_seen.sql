update epoch_progress set seen_end = $3 where stream_id = $1 and epoch = $2 and seen_end < $3
