select next_offset from partition_progress where consumer_group = $1 and topic = $2 and partition = $3
