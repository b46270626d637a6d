-- Notices of a period that were decided, by the part of machines in the decision.
select n.trusted_flagger is not null as "is_trusted!", d.part as "part!", count(*) as "count!"
from notice n
join notice_step s on s.notice_id = n.notice_id and s.step = 'decide'
join audit_event e on e.entity = 'notice' and e.entity_id = n.notice_id::text and e.action = 'notice.stepped'
    and (e.payload ->> 'ordinal')::integer = s.ordinal and e.seq < $1
join decision_facts($1, $2) d on d.decision_id = (s.event #>> '{decide,decision_id}')::uuid
where n.received_at >= $3 and n.received_at < $4
group by n.trusted_flagger is not null, d.part
order by 1, 2
