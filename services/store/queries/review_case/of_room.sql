select case_id from review_case where room_id = $1 order by opened_at, case_id
