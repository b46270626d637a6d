insert into audit_event
    (audit_event_id, happened_at, actor, action, entity, entity_id, room_id, payload, salt, leaf_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
