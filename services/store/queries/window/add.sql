insert into "window" (
    window_id, stream_id, epoch, first_sample, end_sample, began_at, ended_at, language, model_sha256, library,
    setting_sha256, guards, attempts, seam, stored_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
