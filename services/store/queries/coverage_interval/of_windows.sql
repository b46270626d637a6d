select window_id, first_sample, end_sample, state, reason
from coverage_interval
where window_id = any($1)
order by window_id, first_sample
