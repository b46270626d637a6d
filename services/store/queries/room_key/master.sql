select master_id from room_key order by made_at desc limit 1
