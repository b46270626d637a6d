-- Flags of a period, in the order of the audit log, with what first pointed there and what was decided up to the freeze.
select e.seq as "seq!", e.entity_id as id, f.flag_id is null as "is_gone!", e.room_id as "room?", f.began_at as "at?",
    (select w.language
     from "window" w
     where w.stream_id = f.stream_id and w.epoch = f.epoch and w.first_sample <= f.first_sample
     order by w.first_sample desc
     limit 1) as "language?",
    f.category as "category?",
    (select coalesce('rule ' || n.rule_id || ' ' || n.rule_version || ' ' || n.pack_hash, 'head ' || n.head || ' ' || n.model_sha256)
     from flag_finding j
     join finding n on n.finding_id = j.finding_id
     where j.flag_id = f.flag_id
     order by n.found_at, n.finding_id
     limit 1) as "detector?",
    f.score::text as "score?", f.status as "status?", d.outcome as "outcome?", d.scope as "scope?",
    d.is_reversed as "is_reversed?"
from audit_event e
left join flag f on f.flag_id = e.entity_id::uuid
left join lateral (
    select d.outcome, case m.scope when 'states' then array_to_string(m.states, ' ') else m.scope end as scope,
        d.replaces_id is not null as is_reversed
    from case_flag j
    join decision d on d.case_id = j.case_id
    join audit_event v on v.entity = 'decision' and v.entity_id = d.decision_id::text and v.action = 'decision.made'
        and v.seq < $2
    left join measure m on m.decision_id = d.decision_id
    where j.flag_id = f.flag_id
    order by v.seq desc
    limit 1
) d on true
where e.action = 'flag.made' and e.seq >= $1 and e.seq < least($2::bigint, $5::bigint)
    and coalesce(f.began_at, e.happened_at) >= $3 and coalesce(f.began_at, e.happened_at) < $4
order by e.seq
