select
    room.room_id, room.title, room.scheduled_at,
    array(select stream.name from stream where stream.room_id = room.room_id order by stream.name) as "streams!",
    (select max(listener_count.listeners) from listener_count where listener_count.room_id = room.room_id)
        as peak_listeners
from room
where $1::text is null or room.room_id = $1
order by room.begun_at, room.room_id
