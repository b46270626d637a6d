select first_size, vkey, rotation, created_at from audit_key order by first_size
