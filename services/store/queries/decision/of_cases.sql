select decision_id, case_id, replaces_id, occasion, occasion_id, made_by, maker, decided_at, outcome, why
from decision
where case_id = any ($1)
order by case_id, decided_at, decision_id
