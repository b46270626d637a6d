-- Complaints of a period by subject and outcome; from the complaint to the news of its decision, or to the decision where
-- the news is not out yet.
select c.subject as "subject!", t.outcome as "outcome?", count(*) as "count!",
    array_agg(floor(extract(epoch from coalesce(t.told_at, t.decided_at) - c.lodged_at))::bigint
        order by coalesce(t.told_at, t.decided_at) - c.lodged_at)
        filter (where t.outcome <> 'omitted') as to_decide
from complaint c
join audit_event e on e.entity = 'complaint' and e.entity_id = c.complaint_id::text and e.action = 'complaint.lodged'
    and e.seq < $1
cross join lateral (
    select max(case s.step when 'decide' then s.event #>> '{decide,outcome}' when 'withdraw' then 'omitted' end) as outcome,
        max(s.happened_at) filter (where s.step = 'decide') as decided_at,
        max(s.happened_at) filter (where s.step = 'tell') as told_at
    from complaint_step s
    join audit_event e on e.entity = 'complaint' and e.entity_id = c.complaint_id::text and e.action = 'complaint.stepped'
        and (e.payload ->> 'ordinal')::integer = s.ordinal and e.seq < $1
    where s.complaint_id = c.complaint_id
) t
where c.lodged_at >= $2 and c.lodged_at < $3
group by c.subject, t.outcome
order by c.subject, t.outcome
