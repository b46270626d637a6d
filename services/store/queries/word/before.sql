select word.text, word.first_sample, word.end_sample, word.p, word.verified, segment.speaker, segment.hearing
from "window"
join word using (window_id)
join segment on segment.window_id = word.window_id and segment.ordinal = word.segment_ordinal
where "window".stream_id = $1 and "window".epoch = $2 and "window".end_sample > $3 and "window".first_sample < $4
    and word.first_sample >= $3 and word.first_sample < $4
order by "window".first_sample, word.ordinal
