insert into deletion (deletion_id, happened_at, actor, class, room_id, from_at, until_at, things, rule, why)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
