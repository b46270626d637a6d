insert into flag_finding (finding_id, flag_id) values ($1, $2)
