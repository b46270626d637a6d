insert into suspension (suspension_id, account, misuse, begun_at) values ($1, $2, $3, $4)
