insert into decision (decision_id, case_id, replaces_id, occasion, occasion_id, made_by, maker, decided_at, outcome, why)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
