insert into case_notice (notice_id, case_id, joined_at) values ($1, $2, $3)
