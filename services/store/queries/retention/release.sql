insert into legal_hold_release (hold_id, why, released_by, released_at) values ($1, $2, $3, $4)
