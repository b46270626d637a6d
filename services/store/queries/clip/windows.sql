select
    w.window_id, w.first_sample, w.end_sample, w.began_at, w.stored_at, w.language, w.library, w.model_sha256,
    model.name as "model?", w.setting_sha256, setting.body as "settings?", w.guards, w.attempts
from "window" w
left join model using (model_sha256)
left join setting using (setting_sha256)
where w.stream_id = $1 and w.epoch = $2 and w.first_sample < $4 and w.end_sample > $3
order by w.first_sample
