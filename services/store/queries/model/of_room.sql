select model_sha256, name, library, kind
from model
where model_sha256 in (
    select "window".model_sha256 from stream join "window" using (stream_id) where stream.room_id = $1
    union
    select screened_window.model_sha256
    from stream join "window" using (stream_id) join screened_window using (window_id)
    where stream.room_id = $1
    union
    select finding.model_sha256 from stream join finding using (stream_id) where stream.room_id = $1)
order by model_sha256
