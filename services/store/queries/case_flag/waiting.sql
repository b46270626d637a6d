-- Flags of the cases of a room that nobody has and nobody decided: what a later flag may join.
select cf.case_id, f.stream_id, f.category, f.began_at,
    f.began_at + (f.end_sample - f.first_sample) * interval '62.5 microseconds' as "ended_at!",
    (select s.speaker
     from "window" w
     join segment s using (window_id)
     where w.stream_id = f.stream_id and w.epoch = f.epoch
         and s.first_sample < f.end_sample and s.end_sample > f.first_sample
     order by s.first_sample
     limit 1) as speaker
from review_case c
join case_flag cf using (case_id)
join flag f using (flag_id)
where c.room_id = $1
    and not exists (select from decision d where d.case_id = c.case_id)
    and coalesce(
        (select state from case_step s where s.case_id = c.case_id order by ordinal desc limit 1),
        'open') in ('open', 'held')
order by cf.case_id, f.began_at
