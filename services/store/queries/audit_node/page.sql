select level, last_seq, hash from audit_node where last_seq >= $1 and last_seq < $2
