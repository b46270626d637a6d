-- Waits for writes that hold the lease, so that the position read next has all of them.
insert into partition_lease (consumer_group, topic, partition, generation, owner, claimed_at)
values ($1, $2, $3, 1, $4, $5)
on conflict (consumer_group, topic, partition) do update
    set generation = partition_lease.generation + 1, owner = excluded.owner, claimed_at = excluded.claimed_at
returning generation
