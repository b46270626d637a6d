insert into stream (stream_id, room_id, name) values ($1, $2, $3) on conflict (stream_id) do nothing
