select complaint_id as id, happened_at, event from complaint_step where complaint_id = any ($1) order by complaint_id, ordinal
