select outbox_id, topic, key, timestamp_ms, headers, payload from outbox order by outbox_id limit $1
