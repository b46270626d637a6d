insert into setting (setting_sha256, body, first_used_at) values ($1, $2, $3)
on conflict (setting_sha256) do nothing
