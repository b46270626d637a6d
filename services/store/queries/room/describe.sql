update room set title = $2, hosts = $3, language = $4, scheduled_at = $5 where room_id = $1
