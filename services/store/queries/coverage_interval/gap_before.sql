select first_sample, end_sample from coverage_interval
where stream_id = $1 and epoch = $2 and end_sample > $3 and first_sample < $4
    and state in ('lost', 'deferred', 'pending')
order by first_sample desc
limit 1
