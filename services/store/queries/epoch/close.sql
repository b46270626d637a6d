update epoch set ended_at = $3, samples = $4, closed_how = $5
where stream_id = $1 and epoch = $2 and closed_how is null
