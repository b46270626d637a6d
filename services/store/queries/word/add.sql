insert into word (window_id, ordinal, segment_ordinal, text, first_sample, end_sample, p, verified)
select $1, new.ordinal - 1, new.segment_ordinal, new.text, new.first_sample, new.end_sample, new.p, new.verified
from unnest($2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::real[], $7::boolean[])
    with ordinality as new (segment_ordinal, text, first_sample, end_sample, p, verified, ordinal)
