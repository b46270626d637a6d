select count(*) as "waiting!"
from audit_event
where room_id = $1 and seq is null and action <> 'dossier.exported' and ($2::timestamptz is null or happened_at <= $2)
