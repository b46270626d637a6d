select size, root, created_at from audit_checkpoint where size = $1
