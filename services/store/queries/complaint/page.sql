select complaint_id as id
from complaint
where ($1::uuid is null or complaint_id > $1)
    and coalesce(
        (select state from complaint_step where complaint_step.complaint_id = complaint.complaint_id order by ordinal desc limit 1),
        'lodged') <> all ($2::text[])
order by complaint_id
limit $3
