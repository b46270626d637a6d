select key_id, master_id, wrapped from room_key where room_id = $1
