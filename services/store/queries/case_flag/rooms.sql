select flag_id, room_id from flag where flag_id = any ($1)
