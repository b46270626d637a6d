-- The first item that this person has not labelled and that waits for a label; with what was said before it.
select i.ordinal, r.room_id as "room?", s.name as "stream?", w.began_at as "at?", i.language,
    (select string_agg(t.text, ' ' order by t.ordinal) from segment t where t.window_id = i.window_id) as text,
    (select string_agg(t.text, ' ' order by t.ordinal)
     from "window" b
     join segment t on t.window_id = b.window_id
     where b.stream_id = w.stream_id and b.epoch = w.epoch and b.end_sample = w.first_sample) as before
from study_item i
left join "window" w on w.window_id = i.window_id
left join stream s on s.stream_id = w.stream_id
left join room r on r.room_id = s.room_id
where i.study_id = $1
    and (select count(*) from study_label l where l.study_id = $1 and l.ordinal = i.ordinal) < 2
    and not exists (select from study_label l where l.study_id = $1 and l.ordinal = i.ordinal and l.labeller = $2)
order by i.ordinal
limit 1
