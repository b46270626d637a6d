insert into dispute (dispute_id, decision_id, body, brought_at) values ($1, $2, $3, $4)
