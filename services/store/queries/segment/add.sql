insert into segment (window_id, ordinal, first_sample, end_sample, speaker, text, hearing)
select $1, new.ordinal - 1, new.first_sample, new.end_sample, new.speaker, new.text, new.hearing
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
    with ordinality as new (first_sample, end_sample, speaker, text, hearing, ordinal)
