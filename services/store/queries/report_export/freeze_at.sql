select size, root, created_at from audit_checkpoint where created_at <= $1 order by size desc limit 1
