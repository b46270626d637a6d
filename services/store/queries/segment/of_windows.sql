select window_id, ordinal, first_sample, end_sample, speaker, text, hearing, erased_by
from segment
where window_id = any($1)
order by window_id, ordinal
