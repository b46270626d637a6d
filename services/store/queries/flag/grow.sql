update flag set
    first_sample = $2, end_sample = $3, began_at = $4, severity = $5, score = $6, reach = $7, changed_at = $8
where flag_id = $1
