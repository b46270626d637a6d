select from_at as "from", listeners from listener_count where room_id = $1 order by from_at
