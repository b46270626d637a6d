insert into encounter (encounter_id, case_id, reviewer, seen, happened_at) values ($1, $2, $3, $4, $5)
