insert into case_flag (flag_id, case_id, joined_at) values ($1, $2, $3)
