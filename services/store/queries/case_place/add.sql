insert into case_place (case_id, from_at, until_at, found_at, found_by) values ($1, $2, $3, $4, $5)
