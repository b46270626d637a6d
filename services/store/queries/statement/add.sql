insert into statement (puid, decision_id, body, built_at) values ($1, $2, $3, $4) on conflict do nothing
