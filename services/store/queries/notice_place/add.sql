insert into notice_place (notice_id, ordinal, room_id, from_at, until_at) values ($1, $2, $3, $4, $5)
