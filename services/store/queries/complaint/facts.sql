select complaint_id as id, decision_id, lodged_at, told_at, subject, reasons, case_id, room_id
from complaint
join decision using (decision_id)
join review_case using (case_id)
where complaint_id = any ($1)
order by complaint_id
