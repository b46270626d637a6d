select setting_sha256, body
from setting
where setting_sha256 in (
    select "window".setting_sha256 from stream join "window" using (stream_id) where stream.room_id = $1)
order by setting_sha256
