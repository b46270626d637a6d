select setting_sha256 from config_change where service = $1 order by config_change_id desc limit 1
