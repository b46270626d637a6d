update partition_progress set next_offset = $4, moved_at = $5
where consumer_group = $1 and topic = $2 and partition = $3 and next_offset > $4
