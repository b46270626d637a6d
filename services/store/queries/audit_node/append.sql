insert into audit_node (level, last_seq, hash)
select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
