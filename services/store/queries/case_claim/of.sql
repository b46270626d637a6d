select case_id, reviewer, token, lease_until from case_claim where case_id = any ($1)
