select order_id as id
from authority_order
where ($1::uuid is null or order_id > $1)
    and coalesce(
        (select state from order_step where order_step.order_id = authority_order.order_id order by ordinal desc limit 1),
        'received') <> all ($2::text[])
order by order_id
limit $3
