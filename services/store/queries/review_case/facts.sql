select case_id as id, room_id, opened_at from review_case where case_id = any ($1) order by case_id
