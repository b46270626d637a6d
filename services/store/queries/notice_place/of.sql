select notice_id, room_id, from_at, until_at from notice_place where notice_id = any ($1) order by notice_id, ordinal
