-- Notices of a period and what became of them. A notice is acted on by the first measure on its case since it came; a
-- measure on several is the action of one: a trusted flagger's before others', then the first that came.
with came as (
    select n.notice_id, n.received_at, n.category, n.trusted_flagger is not null as is_trusted, j.case_id,
        (select count(*) from notice_place p where p.notice_id = n.notice_id) as items
    from notice n
    join audit_event e on e.entity = 'notice' and e.entity_id = n.notice_id::text and e.action = 'notice.received'
        and e.seq < $1
    left join case_notice j on j.notice_id = n.notice_id and j.joined_at <= $2
    where n.received_at >= $3 and n.received_at < $4
), acted as (
    select came.*, a.decision_id, a.label, a.keywords, a.free_keyword, a.ground, a.applied_at,
        row_number() over (
            partition by a.decision_id order by came.is_trusted desc, came.received_at, came.notice_id) as place
    from came
    left join lateral (
        select d.decision_id, m.category as label, m.keywords, m.free_keyword, m.ground, m.applied_at
        from decision d
        join audit_event e on e.entity = 'decision' and e.entity_id = d.decision_id::text and e.action = 'decision.made'
            and e.seq < $1
        join measure m on m.decision_id = d.decision_id
        where d.case_id = came.case_id and d.decided_at >= came.received_at
        order by d.decided_at, d.decision_id
        limit 1
    ) a on true
)
select category, label as "label?", keywords as "keywords?", free_keyword as "free_keyword?", is_trusted as "is_trusted!", count(*) as "notices!",
    sum(items)::bigint as "items!",
    array_agg(floor(extract(epoch from greatest(applied_at - received_at, interval '0')))::bigint
        order by applied_at - received_at) filter (where decision_id is not null) as to_act,
    count(*) filter (where place = 1 and ground = 'law') as "law!",
    count(*) filter (where place = 1 and ground = 'terms') as "terms!"
from acted
group by category, label, keywords, free_keyword, is_trusted
order by category, label, keywords, free_keyword, is_trusted
