select audit_event_id, seq, happened_at, actor, action, leaf_hash from audit_event
where entity = 'flag' and entity_id = $1::text or entity = 'clip' and entity_id = any($2::text[])
order by audit_event_id
