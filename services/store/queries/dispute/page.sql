select dispute_id as id
from dispute
where ($1::uuid is null or dispute_id > $1)
    and coalesce(
        (select state from dispute_step where dispute_step.dispute_id = dispute.dispute_id order by ordinal desc limit 1),
        'brought') <> all ($2::text[])
order by dispute_id
limit $3
