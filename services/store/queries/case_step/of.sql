select case_id as id, happened_at, event from case_step where case_id = any ($1) order by case_id, ordinal
