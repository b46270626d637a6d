insert into audit_stamp (size, authority, token, stamped_at, obtained_at) values ($1, $2, $3, $4, $5)
on conflict do nothing
