insert into audit_leaf (seq, audit_event_id, leaf_hash)
select * from unnest($1::bigint[], $2::uuid[], $3::bytea[])
