select notice_id as id, happened_at, event from notice_step where notice_id = any ($1) order by notice_id, ordinal
