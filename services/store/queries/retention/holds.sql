select
    legal_hold.hold_id, legal_hold.room_id, legal_hold.flag_id, legal_hold.why, legal_hold.placed_by,
    legal_hold.placed_at, release.released_at as "released_at?"
from legal_hold
left join legal_hold_release release using (hold_id)
where ($1::text is null or legal_hold.room_id = $1) and ($2::boolean or release.released_at is null)
order by legal_hold.placed_at, legal_hold.hold_id
