-- Suspensions imposed in a period, by what they are for.
select x.misuse as "misuse!", count(*) as "count!"
from suspension_step s
join suspension x on x.suspension_id = s.suspension_id
join audit_event e on e.entity = 'suspension' and e.entity_id = s.suspension_id::text and e.action = 'suspension.stepped'
    and (e.payload ->> 'ordinal')::integer = s.ordinal and e.seq < $1
where s.step = 'suspend' and s.happened_at >= $2 and s.happened_at < $3
group by x.misuse
order by x.misuse
