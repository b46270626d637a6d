insert into audit_key (first_size, vkey, rotation, created_at) values ($1, $2, $3, $4)
