select deletion_id, happened_at, actor, class, room_id, from_at, until_at, things, rule, why from deletion
where $1::text is null or room_id = $1
order by happened_at, deletion_id
