insert into review_case (case_id, room_id, opened_at) values ($1, $2, $3)
