select generation from partition_lease
where consumer_group = $1 and topic = $2 and partition = $3 and generation = $4
for share
