insert into study (study_id, category, detector, versions, period_from, period_until, log_size, seed, drawn_at)
select $1, $2, $3,
    (select coalesce(array_agg(distinct left(coalesce(n.model_sha256, n.pack_hash), 12)
            order by left(coalesce(n.model_sha256, n.pack_hash), 12)), '{}')
     from finding n
     join "window" w on w.window_id = n.window_id
     where (n.head = $3 or n.rule_id = $3) and n.status <> 'suppressed' and w.began_at >= $4 and w.began_at < $5),
    $4, $5, $6, $7, $8
