update epoch_progress set next_first = $3, seen_end = greatest(seen_end, $3), attempts = 0
where stream_id = $1 and epoch = $2
