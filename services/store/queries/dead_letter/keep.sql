insert into dead_letter
    (consumer_group, topic, partition, record_offset, why, key, header_names, header_values, payload, kept_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (consumer_group, topic, partition, record_offset) do nothing
