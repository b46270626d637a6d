-- The key is the index's: stream, epoch, first sample.
select
    stream.stream_id, stream.name as stream, "window".epoch, "window".window_id, "window".first_sample, "window".end_sample,
    "window".began_at, "window".ended_at, "window".stored_at, "window".language, "window".model_sha256,
    "window".library, "window".setting_sha256, "window".guards, "window".attempts, "window".seam,
    screened_window.screened_at as "screened_at?", screened_window.pack_hash as "pack_hash?",
    screened_window.model_sha256 as "classifier_sha256?"
from stream
join "window" using (stream_id)
left join screened_window
    on screened_window.window_id = "window".window_id
        and ($2::timestamptz is null or screened_window.screened_at <= $2)
where stream.room_id = $1 and ($2::timestamptz is null or "window".stored_at <= $2)
    and ($3::uuid is null or (stream.stream_id, "window".epoch, "window".first_sample) > ($3::uuid, $4::bigint, $5::bigint))
order by stream.stream_id, "window".epoch, "window".first_sample
limit $6
