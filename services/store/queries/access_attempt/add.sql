insert into access_attempt
    (access_attempt_id, room_id, stream_id, attempted_at, source, result, status, latency_ms, retry_after_s)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
