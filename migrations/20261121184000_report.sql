-- Reports of a period: what was handed out, so that each version can be made again byte for byte, and the facts about a
-- decision that follow from its case's record, in one place, for reports and for whoever recounts them.

create table report_export (
    report_export_id uuid        not null,
    service          text        not null,
    period_from      date        not null,
    period_to        date        not null,
    version          integer     not null,
    log_size         bigint      not null,
    facts            text        not null,
    correction       jsonb,
    files            jsonb       not null,
    exported_at      timestamptz not null,
    constraint report_export_pk primary key (report_export_id),
    constraint report_export_of_checkpoint foreign key (log_size) references audit_checkpoint (size),
    constraint report_export_period_runs check (period_from <= period_to),
    constraint report_export_version_counts check (version >= 1),
    constraint report_export_corrects check ((version > 1) = (correction is not null)),
    constraint report_export_names_files check (jsonb_typeof(files) = 'object')
);
comment on table report_export is 'Harmonised transparency reports handed out (Implementing Regulation (EU) 2024/2835), with all that is needed to make the same bytes again. A correction is a further version.';
comment on column report_export.log_size is 'Entries of the audit log that were counted: the freeze.';
comment on column report_export.facts is 'What the provider said and no row tells, as given.';
comment on column report_export.correction is 'Day, reason and method of a correction.';
comment on column report_export.files is 'SHA-256 of each file by its name.';
create index report_export_of_period on report_export (service, period_from, version);

-- What is in the first log_size entries of the audit log counts; a notice or an order leads to a decision where it came
-- before, also where it joined the case after; the earliest way found the content, in doubt the machine's.
create function decision_facts(log_size bigint, as_of timestamptz) returns table (
    decision_id uuid, case_id uuid, room_id text, decided_at timestamptz, is_measure boolean, occasion text,
    source text, part text, found_by_machine boolean)
    language sql stable as $$
select d.decision_id, d.case_id, c.room_id, d.decided_at,
    d.outcome = 'restrict' and coalesce(b.outcome, 'no_action') = 'no_action',
    d.occasion,
    case
        when w.ordered or d.occasion is not distinct from 'order' then 'order'
        when w.trusted then 'trusted_flagger'
        when w.noticed_at <= coalesce(w.informed_at, 'infinity') then 'notice'
        when w.informed_at is not null then 'other_notification'
        else 'own_initiative'
    end,
    case
        when d.made_by = 'machine' then 'fully'
        when exists (select from machine_measure m where m.case_id = d.case_id and m.happened_at <= d.decided_at)
            or exists (
                select from encounter n
                where n.case_id = d.case_id and n.reviewer = d.maker and n.happened_at <= d.decided_at
                    and n.seen in ('finding', 'score', 'proposal'))
            then 'partially'
        else 'not_automated'
    end,
    coalesce(w.flagged_at <= least(w.noticed_at, w.trusted_at, w.ordered_at, w.informed_at, w.staffed_at, 'infinity'), false)
from decision d
join audit_event e on e.entity = 'decision' and e.entity_id = d.decision_id::text and e.action = 'decision.made'
    and e.seq < $1
join review_case c on c.case_id = d.case_id
left join decision b on b.decision_id = d.replaces_id
cross join lateral (
    select
        (select min(f.made_at)
         from case_flag j
         join flag f on f.flag_id = j.flag_id
         where j.case_id = d.case_id and j.joined_at <= $2 and f.made_at <= d.decided_at) as flagged_at,
        (select min(p.found_at) from case_place p where p.case_id = d.case_id and p.found_at <= d.decided_at) as staffed_at,
        n.noticed_at, n.trusted_at, n.trusted_at is not null as trusted,
        o.ordered_at, o.informed_at, o.ordered_at is not null as ordered
    from (
        select min(n.received_at) filter (where n.trusted_flagger is null) as noticed_at,
            min(n.received_at) filter (where n.trusted_flagger is not null) as trusted_at
        from case_notice j
        join notice n on n.notice_id = j.notice_id
        where j.case_id = d.case_id and j.joined_at <= $2 and n.received_at <= d.decided_at
    ) n
    cross join (
        select min(o.received_at) filter (where o.kind <> 'inform') as ordered_at,
            min(o.received_at) filter (where o.kind = 'inform') as informed_at
        from case_order j
        join authority_order o on o.order_id = j.order_id
        where j.case_id = d.case_id and j.joined_at <= $2 and o.received_at <= d.decided_at
    ) o
) w
$$;
comment on function decision_facts(bigint, timestamptz) is 'What follows from the record for each decision in the first log_size entries of the audit log: whether it is a new measure (not one that takes the place of another), what led to it, and the part of machines in it.';

grant select, insert on report_export to earwitness_service;
grant execute on function decision_facts(bigint, timestamptz) to earwitness_service;
