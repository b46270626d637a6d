select size, root, note from audit_checkpoint where size <= $1 order by size desc limit 1
