update case_claim set lease_until = greatest(lease_until, $3) where case_id = $1 and token = $2 and lease_until >= $4
returning reviewer, lease_until
