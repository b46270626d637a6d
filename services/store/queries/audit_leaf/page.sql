select
    l.seq,
    l.audit_event_id,
    l.leaf_hash,
    e.audit_event_id is not null as "has_event!",
    e.seq as "said_seq?",
    e.happened_at as "happened_at?",
    e.actor as "actor?",
    e.action as "action?",
    e.entity as "entity?",
    e.entity_id as "entity_id?",
    e.room_id as "room_id?",
    e.payload as "payload?",
    e.salt as "salt?",
    e.leaf_hash as "event_leaf_hash?"
from audit_leaf l
left join audit_event e using (audit_event_id)
where l.seq >= $1 and l.seq < $2
order by l.seq
limit $3
