insert into audit_checkpoint (size, root, note, created_at) values ($1, $2, $3, $4)
