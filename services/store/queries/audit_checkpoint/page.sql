select size, root, note from audit_checkpoint where size >= $1 and size <= $2 order by size limit $3
