-- Studies, by their drawing; with $1, those closed in the first entries of the log over a period within this one.
select s.study_id, s.category, s.detector, s.versions, s.period_from, s.period_until, s.log_size, s.seed, s.drawn_at,
    c.closed_at as "closed_at?"
from study s
left join study_close c on c.study_id = s.study_id
where $1::bigint is null or s.period_from >= $2 and s.period_until <= $3 and exists (
    select from audit_event e
    where e.entity = 'study' and e.entity_id = s.study_id::text and e.action = 'study.closed' and e.seq < $1)
order by s.drawn_at, s.study_id
