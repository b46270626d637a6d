update statement_outbox set entry = changed.entry, changed_at = $3
from unnest($1::text[], $2::jsonb[]) as changed (puid, entry)
where statement_outbox.puid = changed.puid
