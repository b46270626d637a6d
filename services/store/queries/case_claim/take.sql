insert into case_claim (case_id, reviewer, token, lease_until) values ($1, $2, $3, $4)
on conflict (case_id) do update set reviewer = excluded.reviewer, token = excluded.token, lease_until = excluded.lease_until
where case_claim.token < excluded.token
