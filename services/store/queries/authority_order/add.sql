insert into authority_order (order_id, kind, authority, member_state, legal_ground, reference, received_at, effect_by, silent_until)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
