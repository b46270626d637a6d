select s.puid, s.decision_id, s.body, s.built_at, o.state as "state!", o.entry as "entry!", r.uuid as "uuid?",
    r.created_at as "created_at?"
from statement s
join statement_outbox o using (puid)
left join statement_receipt r using (puid)
where s.puid > $1
order by s.puid
limit $2
