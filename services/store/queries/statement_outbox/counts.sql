select state as "state!", count(*) as "statements!" from statement_outbox group by state order by state
