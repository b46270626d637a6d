select order_id as id, happened_at, event from order_step where order_id = any ($1) order by order_id, ordinal
