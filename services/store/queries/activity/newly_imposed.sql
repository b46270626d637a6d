-- New measures of a period that a complaint led to.
select count(*) as "count!"
from decision_facts($1, $2) d
where d.is_measure and d.occasion = 'complaint' and d.decided_at >= $3 and d.decided_at < $4
