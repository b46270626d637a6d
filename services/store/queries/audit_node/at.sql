select n.level, n.last_seq, n.hash
from unnest($1::smallint[], $2::bigint[]) as wanted (level, last_seq)
join audit_node n using (level, last_seq)
