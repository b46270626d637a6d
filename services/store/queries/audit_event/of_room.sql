-- What was handed out is no part of what is handed out: else each export would be in the next.
select audit_event_id, seq as "seq!", happened_at, actor, action, entity, entity_id, room_id, payload, salt
from audit_event
where room_id = $1 and seq > $2 and action <> 'dossier.exported' and ($3::timestamptz is null or happened_at <= $3)
order by seq
limit $4
