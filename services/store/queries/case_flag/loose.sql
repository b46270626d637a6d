-- Flags of a room that belong to no case yet, with who speaks where the flag begins. Suppressed ones wait for no one.
select f.flag_id, f.stream_id, f.category, f.began_at,
    f.began_at + (f.end_sample - f.first_sample) * interval '62.5 microseconds' as "ended_at!",
    (select s.speaker
     from "window" w
     join segment s using (window_id)
     where w.stream_id = f.stream_id and w.epoch = f.epoch
         and s.first_sample < f.end_sample and s.end_sample > f.first_sample
     order by s.first_sample
     limit 1) as speaker
from flag f
where f.room_id = $1 and f.status <> 'suppressed' and not exists (select from case_flag cf where cf.flag_id = f.flag_id)
order by f.began_at, f.flag_id
