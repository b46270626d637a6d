select stream_id, attempted_at from access_attempt where room_id = $1 and result <> 'connected'
