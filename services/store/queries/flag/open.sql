insert into flag (
    flag_id, room_id, stream_id, epoch, first_sample, end_sample, began_at, category, severity, score, status, reach,
    made_at, changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
