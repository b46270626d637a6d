select size, authority, token, stamped_at from audit_stamp where size >= $1 and size <= $2 order by size, authority limit $3
