select listeners from listener_count where room_id = $1 and from_at <= $2 order by from_at desc limit 1
