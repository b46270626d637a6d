select audit_event_id, leaf_hash from audit_event where seq is null order by audit_event_id limit $1
