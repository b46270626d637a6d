insert into listener_count (room_id, from_at, listeners)
select $1, step.from_at, step.listeners
from unnest($2::timestamptz[], $3::bigint[]) as step (from_at, listeners)
on conflict (room_id, from_at) do update
    set listeners = excluded.listeners
    where listener_count.listeners <> excluded.listeners
