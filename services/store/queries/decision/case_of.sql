select d.decision_id, d.case_id, c.room_id
from decision d
join review_case c using (case_id)
where d.decision_id = any ($1)
