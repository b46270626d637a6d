-- Disputes of a period by outcome, and how many outcomes were carried out; from the dispute to its decision.
select t.outcome as "outcome?", count(*) as "count!", count(*) filter (where t.is_implemented) as "implemented!",
    array_agg(floor(extract(epoch from t.decided_at - x.brought_at))::bigint order by t.decided_at - x.brought_at)
        filter (where t.outcome <> 'omitted') as to_decide
from dispute x
join audit_event e on e.entity = 'dispute' and e.entity_id = x.dispute_id::text and e.action = 'dispute.brought'
    and e.seq < $1
cross join lateral (
    select max(case s.step when 'decide' then s.event #>> '{decide,outcome}' when 'omit' then 'omitted' end) as outcome,
        max(s.happened_at) filter (where s.step = 'decide') as decided_at,
        coalesce(bool_or(s.step = 'implement'), false) as is_implemented
    from dispute_step s
    join audit_event e on e.entity = 'dispute' and e.entity_id = x.dispute_id::text and e.action = 'dispute.stepped'
        and (e.payload ->> 'ordinal')::integer = s.ordinal and e.seq < $1
    where s.dispute_id = x.dispute_id
) t
where x.brought_at >= $2 and x.brought_at < $3
group by t.outcome
order by t.outcome
