select dispute_id as id, happened_at, event from dispute_step where dispute_id = any ($1) order by dispute_id, ordinal
