-- The first checkpoint that covers the last event but exports, which change nothing of what they count.
select size, root, created_at
from audit_checkpoint
where size > (
    select seq from audit_event where seq is not null and action not like '%.exported' order by seq desc limit 1)
order by size
limit 1
