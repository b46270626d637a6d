select suspension_id as id
from suspension
where ($1::uuid is null or suspension_id > $1)
    and coalesce(
        (select state from suspension_step where suspension_step.suspension_id = suspension.suspension_id order by ordinal desc limit 1),
        'watched') <> all ($2::text[])
order by suspension_id
limit $3
