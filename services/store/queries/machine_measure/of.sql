select case_id, happened_at from machine_measure where case_id = any ($1) order by case_id, happened_at
