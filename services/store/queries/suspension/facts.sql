select suspension_id as id, account, misuse, begun_at from suspension where suspension_id = any ($1) order by suspension_id
