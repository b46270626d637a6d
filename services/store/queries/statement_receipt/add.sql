insert into statement_receipt (puid, uuid, created_at, permalink, received_at) values ($1, $2, $3, $4, $5)
on conflict do nothing
