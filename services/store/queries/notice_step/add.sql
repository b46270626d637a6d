insert into notice_step (notice_id, ordinal, from_state, step, state, happened_at, actor, event)
values ($1, $2, $3, $4, $5, $6, $7, $8)
