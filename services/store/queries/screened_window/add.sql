insert into screened_window (window_id, pack_hash, model_sha256, screened_at) values ($1, $2, $3, $4)
on conflict (window_id) do nothing
