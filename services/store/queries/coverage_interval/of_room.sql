select stream_id, epoch, first_sample, end_sample, state, reason
from stream
join coverage_interval using (stream_id)
where room_id = $1
    and ($2::timestamptz is null or exists (
        select from "window" where "window".window_id = coverage_interval.window_id and "window".stored_at <= $2))
order by stream_id, epoch, first_sample
