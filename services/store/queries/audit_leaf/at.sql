select seq, leaf_hash from audit_leaf where seq = any($1)
