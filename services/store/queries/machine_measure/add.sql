insert into machine_measure (machine_measure_id, case_id, what, happened_at) values ($1, $2, $3, $4)
