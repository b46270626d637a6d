insert into config_change (config_change_id, service, setting_sha256, changed_at) values ($1, $2, $3, $4)
