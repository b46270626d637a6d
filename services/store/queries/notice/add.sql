insert into notice (notice_id, received_at, is_exempt_from_identity, trusted_flagger, organisation, claim, category, in_good_faith)
values ($1, $2, $3, $4, $5, $6, $7, $8)
