select size, vkey, line, signed_at from audit_cosignature where size >= $1 and size <= $2 order by size, vkey limit $3
