select audit_event_id, seq as "seq!"
from audit_event e
where seq is not null and seq < $1 and not exists (select from audit_leaf l where l.audit_event_id = e.audit_event_id)
order by seq
