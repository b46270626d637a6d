select seq, leaf_hash from audit_leaf where audit_event_id = $1
