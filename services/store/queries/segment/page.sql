select
    stream.name as stream, "window".epoch, segment.first_sample, segment.end_sample, segment.speaker, segment.text,
    segment.hearing, segment.window_id, segment.ordinal, "window".first_sample as window_first, "window".began_at,
    model.name as "model?"
from stream
join "window" using (stream_id)
join segment using (window_id)
left join model using (model_sha256)
where stream.room_id = $1
    and ($2::text is null
        or (stream.name, "window".epoch, "window".first_sample, segment.ordinal)
            > ($2::text, $3::bigint, $4::bigint, $5::integer))
order by stream.name, "window".epoch, "window".first_sample, segment.ordinal
limit $6
