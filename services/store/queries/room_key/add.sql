-- Of two who make a room's key at the same moment, the first one's is the room's.
insert into room_key (key_id, room_id, master_id, wrapped, made_at) values ($1, $2, $3, $4, $5)
on conflict (room_id) do nothing
