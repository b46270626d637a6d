select case_id, reviewer, seen, happened_at from encounter where case_id = any ($1) order by case_id, happened_at, encounter_id
