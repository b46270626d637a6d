insert into partition_progress (consumer_group, topic, partition, next_offset, moved_at)
values ($1, $2, $3, $4, $5)
on conflict (consumer_group, topic, partition) do update
    set next_offset = excluded.next_offset, moved_at = excluded.moved_at
    where partition_progress.next_offset < excluded.next_offset
