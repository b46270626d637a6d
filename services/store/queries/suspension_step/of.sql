select suspension_id as id, happened_at, event from suspension_step where suspension_id = any ($1) order by suspension_id, ordinal
