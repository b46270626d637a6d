select order_id as id, kind, authority, member_state, legal_ground, reference, received_at, effect_by, silent_until
from authority_order
where order_id = any ($1)
order by order_id
