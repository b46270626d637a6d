-- The first item on which two people differ and a third, who is neither, may decide.
select i.ordinal, r.room_id as "room?", s.name as "stream?", w.began_at as "at?", i.language,
    (select string_agg(t.text, ' ' order by t.ordinal) from segment t where t.window_id = i.window_id) as text,
    (select string_agg(t.text, ' ' order by t.ordinal)
     from "window" b
     join segment t on t.window_id = b.window_id
     where b.stream_id = w.stream_id and b.epoch = w.epoch and b.end_sample = w.first_sample) as before
from study_item i
join study_label a on a.study_id = i.study_id and a.ordinal = i.ordinal and a.place = 1
join study_label b on b.study_id = i.study_id and b.ordinal = i.ordinal and b.place = 2
left join "window" w on w.window_id = i.window_id
left join stream s on s.stream_id = w.stream_id
left join room r on r.room_id = s.room_id
where i.study_id = $1 and a.is_violation <> b.is_violation and $2 not in (a.labeller, b.labeller)
    and not exists (select from study_verdict v where v.study_id = $1 and v.ordinal = i.ordinal)
order by i.ordinal
limit 1
