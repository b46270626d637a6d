with opened as (
    insert into epoch (stream_id, epoch, began_at, opened_at, source, language, between_reason)
    values ($1, $2, $3, $4, $5, $6, $7)
    returning stream_id, epoch
)
insert into epoch_progress (stream_id, epoch) select stream_id, epoch from opened
