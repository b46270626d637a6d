select title, hosts, language, scheduled_at from room where room_id = $1 for update
