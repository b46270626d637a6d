select case_id as id
from review_case
where ($1::uuid is null or case_id > $1)
    and coalesce(
        (select state from case_step where case_step.case_id = review_case.case_id order by ordinal desc limit 1),
        'open') <> all ($2::text[])
order by case_id
limit $3
