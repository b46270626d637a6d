insert into coverage_interval (window_id, stream_id, epoch, first_sample, end_sample, state, reason)
select $1, $2, $3, new.first_sample, new.end_sample, new.state, new.reason
from unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[]) as new (first_sample, end_sample, state, reason)
