insert into escalation (escalation_id, case_id, duty, aware_at) values ($1, $2, $3, $4)
