insert into audit_cosignature (size, vkey, line, signed_at, obtained_at) values ($1, $2, $3, $4, $5)
on conflict do nothing
