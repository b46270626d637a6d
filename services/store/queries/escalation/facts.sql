select escalation_id as id, case_id, duty, aware_at, room_id
from escalation
join review_case using (case_id)
where escalation_id = any ($1)
order by escalation_id
