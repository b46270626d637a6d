select
    (select coalesce(max(seq) + 1, 0) from audit_leaf) as "leaves!",
    (select coalesce(max(size), 0) from audit_checkpoint) as "signed!",
    (select note from audit_checkpoint order by size desc limit 1) as "note?",
    (select count(*) from audit_key) as "keys!"
