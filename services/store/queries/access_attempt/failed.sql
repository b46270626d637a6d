select stream_id, attempted_at from access_attempt
where room_id = $1 and result <> 'connected'
    and ($2::timestamptz is null or exists (
        select from audit_event
        where entity = 'access_attempt' and entity_id = access_attempt_id::text and happened_at <= $2))
