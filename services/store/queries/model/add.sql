insert into model (model_sha256, name, library, kind, first_loaded_at) values ($1, $2, $3, $4, $5)
on conflict (model_sha256) do nothing
