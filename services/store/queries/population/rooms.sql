-- Rooms of a period, in the order of the audit log; of a row that is gone the log still tells.
select e.seq as "seq!", e.entity_id as id, r.room_id is null as "is_gone!", e.entity_id as "room?", r.begun_at as "at?",
    r.language as "language?", null::text as category, null::text as detector, null::text as score, null::text as status,
    null::text as outcome, null::text as scope, null::boolean as is_reversed
from audit_event e
left join room r on r.room_id = e.entity_id
where e.action = 'room.begun' and e.seq >= $1 and e.seq < least($2::bigint, $5::bigint)
    and coalesce(r.begun_at, e.happened_at) >= $3 and coalesce(r.begun_at, e.happened_at) < $4
order by e.seq
