select notice_id as id
from notice
where ($1::uuid is null or notice_id > $1)
    and coalesce(
        (select state from notice_step where notice_step.notice_id = notice.notice_id order by ordinal desc limit 1),
        'received') <> all ($2::text[])
order by notice_id
limit $3
