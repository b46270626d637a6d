-- Orders of a period by Member State, and by what the first measure on their cases calls the content.
select o.member_state as "member_state!", o.kind <> 'inform' as "acts!", a.label as "label?", a.keywords as "keywords?",
    a.free_keyword as "free_keyword?", count(*) as "orders!",
    sum((select count(*) from case_order j where j.order_id = o.order_id and j.joined_at <= $2))::bigint as "items!",
    array_agg(floor(extract(epoch from t.informed_at - o.received_at))::bigint order by t.informed_at - o.received_at)
        filter (where t.informed_at is not null) as informed,
    array_agg(floor(extract(epoch from t.effect_at - o.received_at))::bigint order by t.effect_at - o.received_at)
        filter (where t.effect_at is not null) as effect
from authority_order o
join audit_event e on e.entity = 'order' and e.entity_id = o.order_id::text and e.action = 'order.received' and e.seq < $1
left join lateral (
    select m.category as label, m.keywords, m.free_keyword
    from case_order j
    join decision d on d.case_id = j.case_id
    join audit_event e on e.entity = 'decision' and e.entity_id = d.decision_id::text and e.action = 'decision.made'
        and e.seq < $1
    join measure m on m.decision_id = d.decision_id
    where j.order_id = o.order_id and j.joined_at <= $2
    order by d.decided_at, d.decision_id
    limit 1
) a on true
cross join lateral (
    select min(s.happened_at) filter (where s.step = 'acknowledge') as informed_at,
        max(s.happened_at) filter (where s.step = 'give_effect') as effect_at
    from order_step s
    join audit_event e on e.entity = 'order' and e.entity_id = o.order_id::text and e.action = 'order.stepped'
        and (e.payload ->> 'ordinal')::integer = s.ordinal and e.seq < $1
    where s.order_id = o.order_id
) t
where o.received_at >= $3 and o.received_at < $4
group by o.member_state, o.kind <> 'inform', a.label, a.keywords, a.free_keyword
order by o.member_state, 2, a.label, a.keywords, a.free_keyword
