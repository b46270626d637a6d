select stream_id, attempted_at from access_attempt
where room_id = $1 and result <> 'connected' and ($2::timestamptz is null or attempted_at <= $2)
