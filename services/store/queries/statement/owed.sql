-- Decisions that restrict and have no statement of reasons yet.
select d.decision_id, d.case_id
from measure m
join decision d using (decision_id)
where ($1::uuid is null or d.decision_id > $1)
    and not exists (select from statement s where s.decision_id = d.decision_id)
order by d.decision_id
limit $2
