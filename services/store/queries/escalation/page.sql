select escalation_id as id
from escalation
where ($1::uuid is null or escalation_id > $1)
    and coalesce(
        (select state from escalation_step where escalation_step.escalation_id = escalation.escalation_id order by ordinal desc limit 1),
        'suspected') <> all ($2::text[])
order by escalation_id
limit $3
