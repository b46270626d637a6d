select n.notice_id as id, received_at, is_exempt_from_identity, trusted_flagger, organisation, claim, category, in_good_faith,
    c.name as "name?", c.address as "address?"
from notice n
left join notice_contact c using (notice_id)
where n.notice_id = any ($1)
order by n.notice_id
