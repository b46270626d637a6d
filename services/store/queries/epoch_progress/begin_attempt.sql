update epoch_progress set attempts = attempts + 1 where stream_id = $1 and epoch = $2 returning attempts
