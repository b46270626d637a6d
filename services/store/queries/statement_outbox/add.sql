insert into statement_outbox (puid, entry, changed_at) values ($1, $2, $3) on conflict do nothing
