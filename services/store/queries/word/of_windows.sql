select window_id, segment_ordinal, text, first_sample, end_sample, p, verified
from word
where window_id = any($1)
order by window_id, ordinal
