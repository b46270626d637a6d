select escalation_id as id, happened_at, event from escalation_step where escalation_id = any ($1) order by escalation_id, ordinal
