-- Cases, who had them, what reviewers saw and heard, and what was decided. All of it is only ever added to; a decision
-- is never edited: a reversal is a new row that names the one it replaces. The one thing that moves is a claim's lease.

create table review_case (
    case_id   uuid        not null,
    room_id   text        not null,
    opened_at timestamptz not null,
    constraint review_case_pk primary key (case_id),
    constraint review_case_of_room foreign key (room_id) references room (room_id)
);
comment on table review_case is 'Flags and notices that belong together: what a reviewer opens. Its state is that of its last step, open before the first.';
comment on column review_case.case_id is 'UUID version 7.';
create index review_case_by_room on review_case (room_id, opened_at);

create table case_flag (
    flag_id   uuid        not null,
    case_id   uuid        not null,
    joined_at timestamptz not null,
    constraint case_flag_pk primary key (flag_id),
    constraint case_flag_of_flag foreign key (flag_id) references flag (flag_id),
    constraint case_flag_of_case foreign key (case_id) references review_case (case_id)
);
comment on table case_flag is 'Which case a flag opened or joined; each belongs to one.';
create index case_flag_by_case on case_flag (case_id);

create table case_step (
    case_id     uuid        not null,
    ordinal     integer     not null,
    previous    integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state  text        not null,
    step        text        not null,
    state       text        not null,
    happened_at timestamptz not null,
    actor       text        not null,
    event       jsonb       not null,
    constraint case_step_pk primary key (case_id, ordinal),
    constraint case_step_ends_in_state unique (case_id, ordinal, state),
    constraint case_step_of_case foreign key (case_id) references review_case (case_id),
    constraint case_step_follows foreign key (case_id, previous, from_state)
        references case_step (case_id, ordinal, state),
    constraint case_step_counts_from_one check (ordinal >= 1),
    constraint case_step_begins check (ordinal > 1 or from_state = 'open'),
    constraint case_step_possible check ((from_state, step, state) in (
        ('open', 'claim', 'claimed'),
        ('open', 'decide', 'decided'),
        ('claimed', 'release', 'open'),
        ('claimed', 'skip', 'open'),
        ('claimed', 'lapse', 'open'),
        ('claimed', 'hold', 'held'),
        ('claimed', 'hand_over', 'claimed'),
        ('claimed', 'decide', 'decided'),
        ('held', 'resume', 'open'),
        ('decided', 'reopen', 'open')))
);
comment on table case_step is 'What happened to a case, in order. Heartbeats are no step: they move case_claim.';
comment on column case_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column case_step.from_state is 'The state before, which the step before must have led to.';
comment on column case_step.actor is 'As in audit_event.';
comment on column case_step.event is 'The facts of the step.';

create table case_claim (
    case_id     uuid        not null,
    reviewer    text        not null,
    token       bigint      not null,
    lease_until timestamptz not null,
    constraint case_claim_pk primary key (case_id),
    constraint case_claim_of_case foreign key (case_id) references review_case (case_id),
    constraint case_claim_token_counts check (token > 0)
);
comment on table case_claim is 'The newest claim on a case: a lease that a heartbeat makes longer. Its beginning and end are steps.';
comment on column case_claim.token is 'Higher with each claim on the case: who holds a lower one has lost it.';

create table encounter (
    encounter_id uuid        not null,
    case_id      uuid        not null,
    reviewer     text        not null,
    seen         text        not null,
    happened_at  timestamptz not null,
    constraint encounter_pk primary key (encounter_id),
    constraint encounter_of_case foreign key (case_id) references review_case (case_id),
    constraint encounter_seen_known check (seen in (
        'clip', 'transcript', 'notice', 'finding', 'score', 'proposal'))
);
comment on table encounter is 'Each view and each play of something on a case: from here follows what a machine had to do with a decision. Nobody types it in.';
comment on column encounter.encounter_id is 'UUID version 7.';
comment on column encounter.seen is 'What was shown or played.';
create index encounter_by_case on encounter (case_id, happened_at);

create table machine_measure (
    machine_measure_id uuid        not null,
    case_id            uuid        not null,
    what               text        not null,
    happened_at        timestamptz not null,
    constraint machine_measure_pk primary key (machine_measure_id),
    constraint machine_measure_of_case foreign key (case_id) references review_case (case_id),
    constraint machine_measure_says_what check (what ~ '\S')
);
comment on table machine_measure is 'What machines restricted before anybody decided, such as by muting a speaker.';
create index machine_measure_by_case on machine_measure (case_id, happened_at);

create table decision (
    decision_id uuid        not null,
    case_id     uuid        not null,
    replaces_id uuid,
    occasion    text,
    occasion_id uuid,
    made_by     text        not null,
    maker       text        not null,
    decided_at  timestamptz not null,
    outcome     text        not null,
    why         text,
    constraint decision_pk primary key (decision_id),
    constraint decision_of_review_case foreign key (case_id) references review_case (case_id),
    constraint decision_of_case unique (decision_id, case_id),
    constraint decision_with_outcome unique (decision_id, outcome),
    constraint decision_replaced_once unique (replaces_id),
    constraint decision_replaces_same_case foreign key (replaces_id, case_id)
        references decision (decision_id, case_id),
    constraint decision_replaces_another check (replaces_id <> decision_id),
    constraint decision_has_occasion check ((occasion is null) = (replaces_id is null)),
    constraint decision_occasion_known check (occasion in ('complaint', 'dispute', 'order', 'own_review')),
    constraint decision_occasion_is_named check (
        (occasion_id is null) = (coalesce(occasion, 'own_review') = 'own_review')),
    constraint decision_made_by_known check (made_by in ('machine', 'reviewer')),
    constraint decision_maker_is_named check (maker ~ '\S'),
    constraint decision_on_complaint_by_person check (occasion is distinct from 'complaint' or made_by = 'reviewer'),
    constraint decision_outcome_known check (outcome in ('no_action', 'restrict')),
    constraint decision_no_action_says_why check (
        (outcome = 'no_action') = (why is not null) and (why is null or why ~ '\S'))
);
comment on table decision is 'The outcome on a case. The one that no other replaces is in effect.';
comment on column decision.decision_id is 'UUID version 7, minted by the caller: a retry changes nothing.';
comment on column decision.replaces_id is 'The decision before; null for the first on a case.';
comment on column decision.occasion is 'What made us decide again.';
comment on column decision.occasion_id is 'The complaint, dispute or order; null where we looked again ourselves.';
comment on column decision.maker is 'The reviewer, or the machine with its version.';
create unique index decision_first_per_case on decision (case_id) where replaces_id is null;
create index decision_by_time on decision (decided_at);

create table measure (
    decision_id      uuid        not null,
    outcome          text        not null default 'restrict',
    ground           text        not null,
    ground_text      text        not null,
    explanation      text        not null,
    is_illegal       boolean,
    clause_id        text,
    clause_version   text,
    category         text        not null,
    additional       text[]      not null,
    keywords         text[]      not null,
    free_keyword     text,
    visibility       text[]      not null,
    visibility_other text,
    visibility_until timestamptz,
    monetary         text,
    monetary_other   text,
    monetary_until   timestamptz,
    provision        text,
    provision_until  timestamptz,
    account          text,
    account_until    timestamptz,
    scope            text        not null,
    states           text[]      not null,
    applied_at       timestamptz not null,
    facts            text        not null,
    constraint measure_pk primary key (decision_id),
    constraint measure_of_restricting_decision foreign key (decision_id, outcome)
        references decision (decision_id, outcome),
    constraint measure_restricts check (outcome = 'restrict'),
    constraint measure_ground_known check (ground in ('law', 'terms')),
    constraint measure_is_explained check (ground_text ~ '\S' and explanation ~ '\S' and facts ~ '\S'),
    constraint measure_cites_clause check (
        ground = 'law' or clause_id ~ '\S' and clause_version ~ '\S' and num_nonnulls(clause_id, clause_version) = 2),
    constraint measure_category_known check (category in (
        'STATEMENT_CATEGORY_ANIMAL_WELFARE', 'STATEMENT_CATEGORY_CONSUMER_INFORMATION',
        'STATEMENT_CATEGORY_CYBER_VIOLENCE', 'STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN',
        'STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS', 'STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH',
        'STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS',
        'STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS',
        'STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE', 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC',
        'STATEMENT_CATEGORY_PROTECTION_OF_MINORS', 'STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY',
        'STATEMENT_CATEGORY_SCAMS_AND_FRAUD', 'STATEMENT_CATEGORY_SELF_HARM',
        'STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS', 'STATEMENT_CATEGORY_VIOLENCE')),
    constraint measure_visibility_known check (visibility <@ array[
        'DECISION_VISIBILITY_CONTENT_REMOVED', 'DECISION_VISIBILITY_CONTENT_DISABLED',
        'DECISION_VISIBILITY_CONTENT_DEMOTED', 'DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED',
        'DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED', 'DECISION_VISIBILITY_CONTENT_LABELLED',
        'DECISION_VISIBILITY_OTHER']),
    constraint measure_monetary_known check (monetary in (
        'DECISION_MONETARY_SUSPENSION', 'DECISION_MONETARY_TERMINATION', 'DECISION_MONETARY_OTHER')),
    constraint measure_provision_known check (provision in (
        'DECISION_PROVISION_PARTIAL_SUSPENSION', 'DECISION_PROVISION_TOTAL_SUSPENSION',
        'DECISION_PROVISION_PARTIAL_TERMINATION', 'DECISION_PROVISION_TOTAL_TERMINATION')),
    constraint measure_account_known check (account in ('DECISION_ACCOUNT_SUSPENDED', 'DECISION_ACCOUNT_TERMINATED')),
    constraint measure_restricts_something check (
        cardinality(visibility) > 0 or num_nonnulls(monetary, provision, account) > 0),
    constraint measure_ends_what_it_restricts check (
        (visibility_until is null or cardinality(visibility) > 0) and (monetary_until is null or monetary is not null)
        and (provision_until is null or provision is not null) and (account_until is null or account is not null)),
    constraint measure_ends_after_it_begins check (
        least(visibility_until, monetary_until, provision_until, account_until) >= applied_at),
    constraint measure_other_has_words check (
        (coalesce(visibility_other, '') ~ '\S' or not 'DECISION_VISIBILITY_OTHER' = any (visibility))
        and (coalesce(monetary_other, '') ~ '\S' or monetary is distinct from 'DECISION_MONETARY_OTHER')),
    constraint measure_scope_known check (scope in ('union', 'economic_area', 'states')),
    constraint measure_holds_somewhere check ((scope = 'states') = (cardinality(states) > 0)),
    constraint measure_states_known check (states <@ array[
        'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS', 'IT', 'LI',
        'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'])
);
comment on table measure is 'What a decision restricts, on which ground, until when and where: Article 17(1) and (3) of Regulation (EU) 2022/2065.';
comment on column measure.outcome is 'Always restrict: a measure belongs to a decision that restricts.';
comment on column measure.ground_text is 'The law and its section, or the clause as people cite it.';
comment on column measure.is_illegal is 'Whether what is against the terms is held illegal too; null where nobody looked.';
comment on column measure.clause_id is 'The clause of the rule book, with its version, where the ground is the terms.';
comment on column measure.visibility_until is 'Null, here and below: without end.';
comment on column measure.facts is 'The facts relied on, in words that name nobody.';

grant select, insert on review_case, case_flag, case_step, encounter, machine_measure, decision, measure
    to earwitness_service;
grant select, insert, update (reviewer, token, lease_until) on case_claim to earwitness_service;
