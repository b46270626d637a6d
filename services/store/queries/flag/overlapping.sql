select flag_id, first_sample, end_sample, severity, score, status from flag
where stream_id = $1 and epoch = $2 and category = $3
    and (status = 'suppressed') = $4::boolean
    and first_sample < $6 and end_sample > $5
order by first_sample, flag_id
limit 1
for update
