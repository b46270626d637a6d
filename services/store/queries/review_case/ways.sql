-- How each case's content came to our knowledge: when, since when it is held, and what it is.
select case_id as "case_id!", way as "way!", item as "item!", known_at as "known_at!", held_since, organisation, language,
    category, severity
from (
    select cf.case_id, 'flag' as way, f.flag_id as item, f.made_at as known_at, f.began_at as held_since,
        null as organisation,
        (select w.language
         from "window" w
         where w.stream_id = f.stream_id and w.epoch = f.epoch and w.first_sample <= f.first_sample
         order by w.first_sample desc
         limit 1) as language,
        f.category, f.severity
    from case_flag cf
    join flag f using (flag_id)
    where cf.case_id = any ($1)
    union all
    select cn.case_id, case when n.trusted_flagger is null then 'notice' else 'trusted_flagger' end, n.notice_id,
        n.received_at, (select min(p.from_at) from notice_place p where p.notice_id = n.notice_id),
        coalesce(n.trusted_flagger, n.organisation), null, null, null
    from case_notice cn
    join notice n using (notice_id)
    where cn.case_id = any ($1)
    union all
    select co.case_id, case when o.kind = 'inform' then 'other_notification' else 'order' end, o.order_id, o.received_at,
        null, o.authority, null, null, null
    from case_order co
    join authority_order o using (order_id)
    where co.case_id = any ($1)
    union all
    select cp.case_id, 'staff', cp.case_id, cp.found_at, cp.from_at, null, null, null, null
    from case_place cp
    where cp.case_id = any ($1)
) found
order by case_id, known_at, item
