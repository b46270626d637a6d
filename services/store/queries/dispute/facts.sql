select dispute_id as id, decision_id, body, brought_at, room_id
from dispute
join decision using (decision_id)
join review_case using (case_id)
where dispute_id = any ($1)
order by dispute_id
