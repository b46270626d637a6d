insert into case_order (order_id, case_id, joined_at) values ($1, $2, $3) on conflict do nothing
