insert into legal_hold (hold_id, room_id, flag_id, why, placed_by, placed_at) values ($1, $2, $3, $4, $5, $6)
