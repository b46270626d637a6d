select stream_id, epoch, first_sample, end_sample, state, reason
from stream
join coverage_interval using (stream_id)
where room_id = $1
order by stream_id, epoch, first_sample
