-- Decisions of a period, in the order of the audit log, with the first flag of their case.
select e.seq as "seq!", e.entity_id as id, d.decision_id is null as "is_gone!", e.room_id as "room?", d.decided_at as "at?",
    f.language as "language?", coalesce(m.category, f.category) as "category?", f.detector as "detector?",
    f.score as "score?", d.made_by as "status?", d.outcome as "outcome?",
    case m.scope when 'states' then array_to_string(m.states, ' ') else m.scope end as "scope?",
    case when d.decision_id is not null then exists (
        select from decision later
        join audit_event v on v.entity = 'decision' and v.entity_id = later.decision_id::text
            and v.action = 'decision.made' and v.seq < $2
        where later.replaces_id = d.decision_id) end as "is_reversed?"
from audit_event e
left join decision d on d.decision_id = e.entity_id::uuid
left join measure m on m.decision_id = d.decision_id
left join lateral (
    select f.category, f.score::text as score,
        (select w.language
         from "window" w
         where w.stream_id = f.stream_id and w.epoch = f.epoch and w.first_sample <= f.first_sample
         order by w.first_sample desc
         limit 1) as language,
        (select coalesce('rule ' || n.rule_id || ' ' || n.rule_version || ' ' || n.pack_hash, 'head ' || n.head || ' ' || n.model_sha256)
         from flag_finding g
         join finding n on n.finding_id = g.finding_id
         where g.flag_id = f.flag_id
         order by n.found_at, n.finding_id
         limit 1) as detector
    from case_flag j
    join flag f on f.flag_id = j.flag_id
    where j.case_id = d.case_id
    order by f.made_at, f.flag_id
    limit 1
) f on true
where e.action = 'decision.made' and e.seq >= $1 and e.seq < least($2::bigint, $5::bigint)
    and coalesce(d.decided_at, e.happened_at) >= $3 and coalesce(d.decided_at, e.happened_at) < $4
order by e.seq
