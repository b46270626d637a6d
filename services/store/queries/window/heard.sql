-- Windows as they were heard, with what they were heard with; those that a flag touches, too, by the flag's id.
select w.window_id, r.room_id, r.name as stream, w.epoch, w.first_sample, w.end_sample, w.language, w.model_sha256,
    t.body as "settings?", w.seam, coalesce(b.seam, false) as "seam_before!",
    coalesce((select array_agg(o.text order by o.ordinal) from word o where o.window_id = w.window_id), '{}') as "words!"
from "window" w
join stream r on r.stream_id = w.stream_id
left join setting t on t.setting_sha256 = w.setting_sha256
left join "window" b on b.stream_id = w.stream_id and b.epoch = w.epoch and b.end_sample = w.first_sample
where w.window_id = any ($1) or exists (
    select from flag f
    where f.flag_id = any ($1) and f.stream_id = w.stream_id and f.epoch = w.epoch
        and w.first_sample < f.end_sample and w.end_sample > f.first_sample)
order by w.stream_id, w.epoch, w.first_sample
