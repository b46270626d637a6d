insert into outbox (topic, key, timestamp_ms, headers, payload, created_at) values ($1, $2, $3, $4, $5, $6)
