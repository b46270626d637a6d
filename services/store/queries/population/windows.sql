-- Windows of a period, in the order of the audit log; of a row that is gone the log still tells.
select e.seq as "seq!", e.entity_id as id, w.window_id is null as "is_gone!", e.room_id as "room?", w.began_at as "at?",
    w.language as "language?", null::text as category, w.model_sha256 as "detector?", null::text as score,
    null::text as status, null::text as outcome, null::text as scope, null::boolean as is_reversed
from audit_event e
left join "window" w on w.window_id = e.entity_id::uuid
where e.action = 'window.stored' and e.seq >= $1 and e.seq < least($2::bigint, $5::bigint)
    and coalesce(w.began_at, e.happened_at) >= $3 and coalesce(w.began_at, e.happened_at) < $4
order by e.seq
