-- Stored windows that nobody has screened, a page of them in the order of their ids.
select
    window_id, stream.room_id, stream.name as stream, "window".epoch, "window".first_sample, "window".end_sample,
    "window".language, model.name as "model?", "window".model_sha256, "window".library, setting.body as "setting?",
    "window".guards, "window".attempts, "window".seam
from "window"
join stream using (stream_id)
left join model using (model_sha256)
left join setting using (setting_sha256)
where ($1::uuid is null or window_id > $1)
    and not exists (select from screened_window where screened_window.window_id = "window".window_id)
order by window_id
limit $2
