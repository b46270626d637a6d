update statement_sender set not_before = $1, stopped = $2
where not_before is distinct from $1 or stopped is distinct from $2
