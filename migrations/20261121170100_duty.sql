-- What the law asks for around decisions: notices, orders, complaints, disputes, escalations, suspensions. Each is what
-- it was when it came, and the steps since; its state is that of its last step. The table of possible steps is the
-- domain's, so that the database refuses what the program should not have tried. Articles are of Regulation (EU)
-- 2022/2065.

create table notice (
    notice_id               uuid        not null,
    received_at             timestamptz not null,
    is_exempt_from_identity boolean     not null,
    trusted_flagger         text,
    organisation            text,
    claim                   text        not null,
    category                text,
    in_good_faith           boolean     not null,
    constraint notice_pk primary key (notice_id),
    constraint notice_category_known check (category in (
        'STATEMENT_CATEGORY_ANIMAL_WELFARE', 'STATEMENT_CATEGORY_CONSUMER_INFORMATION',
        'STATEMENT_CATEGORY_CYBER_VIOLENCE', 'STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN',
        'STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS', 'STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH',
        'STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS',
        'STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS',
        'STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE', 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC',
        'STATEMENT_CATEGORY_PROTECTION_OF_MINORS', 'STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY',
        'STATEMENT_CATEGORY_SCAMS_AND_FRAUD', 'STATEMENT_CATEGORY_SELF_HARM',
        'STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS', 'STATEMENT_CATEGORY_VIOLENCE'))
);
comment on table notice is 'What anyone tells us of content (Article 16). received until its first step. One with gaps is kept and handled all the same.';
comment on column notice.notice_id is 'UUID version 7.';
comment on column notice.is_exempt_from_identity is 'Whether its sender need not be named (Article 16(2)(c)).';
comment on column notice.trusted_flagger is 'The trusted flagger that sent it (Article 22), if one did.';
comment on column notice.organisation is 'The organisation that sent it, if one did; never a person.';
comment on column notice.claim is 'Why the content is held illegal, as its sender says.';
create index notice_by_time on notice (received_at);

create table notice_contact (
    notice_id uuid not null,
    name      text not null,
    address   text not null,
    constraint notice_contact_pk primary key (notice_id),
    constraint notice_contact_of_notice foreign key (notice_id) references notice (notice_id)
);
comment on table notice_contact is 'Who sent a notice: personal data, kept apart so that it can be erased with its purpose while the notice stays.';

create table notice_place (
    notice_id uuid        not null,
    ordinal   integer     not null,
    room_id   text        not null,
    from_at   timestamptz not null,
    until_at  timestamptz,
    constraint notice_place_pk primary key (notice_id, ordinal),
    constraint notice_place_of_notice foreign key (notice_id) references notice (notice_id),
    constraint notice_place_counts_from_one check (ordinal >= 1),
    constraint notice_place_is_a_range check (until_at > from_at)
);
comment on table notice_place is 'Where the content is, as the sender knows it: each place is one item in the counts. The room need not be one of ours.';

create table notice_step (
    notice_id   uuid        not null,
    ordinal     integer     not null,
    previous    integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state  text        not null,
    step        text        not null,
    state       text        not null,
    happened_at timestamptz not null,
    actor       text        not null,
    event       jsonb       not null,
    constraint notice_step_pk primary key (notice_id, ordinal),
    constraint notice_step_ends_in_state unique (notice_id, ordinal, state),
    constraint notice_step_of_notice foreign key (notice_id) references notice (notice_id),
    constraint notice_step_follows foreign key (notice_id, previous, from_state)
        references notice_step (notice_id, ordinal, state),
    constraint notice_step_counts_from_one check (ordinal >= 1),
    constraint notice_step_begins check (ordinal > 1 or from_state = 'received'),
    constraint notice_step_possible check ((from_state, step, state) in (
        ('received', 'acknowledge', 'acknowledged'),
        ('received', 'decide', 'decided'),
        ('acknowledged', 'decide', 'decided'),
        ('decided', 'tell', 'closed'),
        ('decided', 'close', 'closed')))
);
comment on table notice_step is 'What happened to a notice, in order.';
comment on column notice_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column notice_step.from_state is 'The state before, which the step before must have led to.';
comment on column notice_step.actor is 'As in audit_event.';
comment on column notice_step.event is 'The facts of the step.';

create table case_notice (
    notice_id uuid        not null,
    case_id   uuid        not null,
    joined_at timestamptz not null,
    constraint case_notice_pk primary key (notice_id),
    constraint case_notice_of_notice foreign key (notice_id) references notice (notice_id),
    constraint case_notice_of_case foreign key (case_id) references review_case (case_id)
);
comment on table case_notice is 'Which case a notice opened or joined; each belongs to one.';
create index case_notice_by_case on case_notice (case_id);

create table authority_order (
    order_id     uuid        not null,
    kind         text        not null,
    authority    text        not null,
    member_state text        not null,
    legal_ground text        not null,
    reference    text        not null,
    received_at  timestamptz not null,
    effect_by    timestamptz,
    silent_until timestamptz,
    constraint authority_order_pk primary key (order_id),
    constraint authority_order_kind_known check (kind in ('act', 'inform', 'terrorist_content')),
    constraint authority_order_member_state_known check (member_state in (
        'AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS', 'IT', 'LI',
        'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'))
);
comment on table authority_order is 'Orders to act (Article 9), to give information (Article 10), or to remove terrorist content within the hour (Regulation (EU) 2021/784, Article 3). received until its first step.';
comment on column authority_order.order_id is 'UUID version 7.';
comment on column authority_order.received_at is 'When it was delivered: its clock runs from here.';
comment on column authority_order.effect_by is 'The time that it sets itself.';
comment on column authority_order.silent_until is 'Until when the authority asked for silence towards the user.';
create index authority_order_by_time on authority_order (received_at);

create table order_step (
    order_id    uuid        not null,
    ordinal     integer     not null,
    previous    integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state  text        not null,
    step        text        not null,
    state       text        not null,
    happened_at timestamptz not null,
    actor       text        not null,
    event       jsonb       not null,
    constraint order_step_pk primary key (order_id, ordinal),
    constraint order_step_ends_in_state unique (order_id, ordinal, state),
    constraint order_step_of_order foreign key (order_id) references authority_order (order_id),
    constraint order_step_follows foreign key (order_id, previous, from_state)
        references order_step (order_id, ordinal, state),
    constraint order_step_counts_from_one check (ordinal >= 1),
    constraint order_step_begins check (ordinal > 1 or from_state = 'received'),
    constraint order_step_possible check ((from_state, step, state) in (
        ('received', 'acknowledge', 'acknowledged'),
        ('received', 'give_effect', 'effective'),
        ('received', 'refuse', 'not_carried_out'),
        ('acknowledged', 'give_effect', 'effective'),
        ('acknowledged', 'refuse', 'not_carried_out'),
        ('effective', 'tell_authority', 'effective'),
        ('effective', 'tell_user', 'effective'),
        ('effective', 'close', 'closed'),
        ('not_carried_out', 'tell_authority', 'not_carried_out'),
        ('not_carried_out', 'give_effect', 'effective'),
        ('not_carried_out', 'close', 'closed')))
);
comment on table order_step is 'What happened to an order, in order.';
comment on column order_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column order_step.from_state is 'The state before, which the step before must have led to.';
comment on column order_step.actor is 'As in audit_event.';
comment on column order_step.event is 'The facts of the step.';

create table case_order (
    order_id  uuid        not null,
    case_id   uuid        not null,
    joined_at timestamptz not null,
    constraint case_order_pk primary key (order_id, case_id),
    constraint case_order_of_order foreign key (order_id) references authority_order (order_id),
    constraint case_order_of_case foreign key (case_id) references review_case (case_id)
);
comment on table case_order is 'The cases of what an order names: one for each item.';
create index case_order_by_case on case_order (case_id);

create table complaint (
    complaint_id uuid        not null,
    decision_id  uuid        not null,
    lodged_at    timestamptz not null,
    told_at      timestamptz not null,
    subject      text        not null,
    reasons      text        not null,
    constraint complaint_pk primary key (complaint_id),
    constraint complaint_of_decision foreign key (decision_id) references decision (decision_id),
    constraint complaint_after_being_told check (lodged_at >= told_at),
    constraint complaint_subject_known check (subject in (
        'visibility', 'service', 'account', 'monetary', 'notice', 'trusted_flagger'))
);
comment on table complaint is 'Complaints about decisions (Article 20): for six months at least, free of charge, never decided by machine alone. lodged until its first step.';
comment on column complaint.complaint_id is 'UUID version 7.';
comment on column complaint.told_at is 'When its sender was told the decision: the months run from here.';
create index complaint_by_decision on complaint (decision_id);
create index complaint_by_time on complaint (lodged_at);

create table complaint_step (
    complaint_id uuid        not null,
    ordinal      integer     not null,
    previous     integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state   text        not null,
    step         text        not null,
    state        text        not null,
    happened_at  timestamptz not null,
    actor        text        not null,
    event        jsonb       not null,
    constraint complaint_step_pk primary key (complaint_id, ordinal),
    constraint complaint_step_ends_in_state unique (complaint_id, ordinal, state),
    constraint complaint_step_of_complaint foreign key (complaint_id) references complaint (complaint_id),
    constraint complaint_step_follows foreign key (complaint_id, previous, from_state)
        references complaint_step (complaint_id, ordinal, state),
    constraint complaint_step_counts_from_one check (ordinal >= 1),
    constraint complaint_step_begins check (ordinal > 1 or from_state = 'lodged'),
    constraint complaint_step_possible check ((from_state, step, state) in (
        ('lodged', 'assign', 'assigned'),
        ('lodged', 'withdraw', 'withdrawn'),
        ('assigned', 'assign', 'assigned'),
        ('assigned', 'decide', 'decided'),
        ('assigned', 'withdraw', 'withdrawn'),
        ('decided', 'tell', 'closed')))
);
comment on table complaint_step is 'What happened to a complaint, in order.';
comment on column complaint_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column complaint_step.from_state is 'The state before, which the step before must have led to.';
comment on column complaint_step.actor is 'As in audit_event.';
comment on column complaint_step.event is 'The facts of the step.';

create table dispute (
    dispute_id  uuid        not null,
    decision_id uuid        not null,
    body        text        not null,
    brought_at  timestamptz not null,
    constraint dispute_pk primary key (dispute_id),
    constraint dispute_of_decision foreign key (decision_id) references decision (decision_id)
);
comment on table dispute is 'Disputes before out-of-court bodies (Article 21). brought until its first step.';
comment on column dispute.dispute_id is 'UUID version 7.';
comment on column dispute.body is 'The certified body.';
comment on column dispute.brought_at is 'When the body received it: its days run from here.';
create index dispute_by_decision on dispute (decision_id);

create table dispute_step (
    dispute_id  uuid        not null,
    ordinal     integer     not null,
    previous    integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state  text        not null,
    step        text        not null,
    state       text        not null,
    happened_at timestamptz not null,
    actor       text        not null,
    event       jsonb       not null,
    constraint dispute_step_pk primary key (dispute_id, ordinal),
    constraint dispute_step_ends_in_state unique (dispute_id, ordinal, state),
    constraint dispute_step_of_dispute foreign key (dispute_id) references dispute (dispute_id),
    constraint dispute_step_follows foreign key (dispute_id, previous, from_state)
        references dispute_step (dispute_id, ordinal, state),
    constraint dispute_step_counts_from_one check (ordinal >= 1),
    constraint dispute_step_begins check (ordinal > 1 or from_state = 'brought'),
    constraint dispute_step_possible check ((from_state, step, state) in (
        ('brought', 'engage', 'engaged'),
        ('brought', 'decline', 'declined'),
        ('brought', 'omit', 'omitted'),
        ('engaged', 'extend', 'engaged'),
        ('engaged', 'decide', 'decided'),
        ('engaged', 'omit', 'omitted'),
        ('decided', 'implement', 'implemented'),
        ('decided', 'leave_aside', 'not_implemented'),
        ('declined', 'decide', 'decided')))
);
comment on table dispute_step is 'What happened in a dispute, in order.';
comment on column dispute_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column dispute_step.from_state is 'The state before, which the step before must have led to.';
comment on column dispute_step.actor is 'As in audit_event.';
comment on column dispute_step.event is 'The facts of the step.';

create table escalation (
    escalation_id uuid        not null,
    case_id       uuid        not null,
    duty          text        not null,
    aware_at      timestamptz not null,
    constraint escalation_pk primary key (escalation_id),
    constraint escalation_of_case foreign key (case_id) references review_case (case_id),
    constraint escalation_duty_known check (duty in ('threat_to_life', 'terrorist_content'))
);
comment on table escalation is 'Suspicions of crimes that threaten life or safety (Article 18), and terrorist content with imminent threat to life (Regulation (EU) 2021/784, Article 14(5)). suspected until its first step.';
comment on column escalation.escalation_id is 'UUID version 7.';
comment on column escalation.aware_at is 'When we came to know: the clock runs from here.';
create index escalation_by_case on escalation (case_id);

create table escalation_step (
    escalation_id uuid        not null,
    ordinal       integer     not null,
    previous      integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state    text        not null,
    step          text        not null,
    state         text        not null,
    happened_at   timestamptz not null,
    actor         text        not null,
    event         jsonb       not null,
    constraint escalation_step_pk primary key (escalation_id, ordinal),
    constraint escalation_step_ends_in_state unique (escalation_id, ordinal, state),
    constraint escalation_step_of_escalation foreign key (escalation_id) references escalation (escalation_id),
    constraint escalation_step_follows foreign key (escalation_id, previous, from_state)
        references escalation_step (escalation_id, ordinal, state),
    constraint escalation_step_counts_from_one check (ordinal >= 1),
    constraint escalation_step_begins check (ordinal > 1 or from_state = 'suspected'),
    constraint escalation_step_possible check ((from_state, step, state) in (
        ('suspected', 'confirm', 'confirmed'),
        ('suspected', 'dismiss', 'dismissed'),
        ('dismissed', 'confirm', 'confirmed'),
        ('confirmed', 'send', 'sent'),
        ('sent', 'send', 'sent'),
        ('sent', 'acknowledge', 'closed')))
);
comment on table escalation_step is 'What happened to an escalation, in order.';
comment on column escalation_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column escalation_step.from_state is 'The state before, which the step before must have led to.';
comment on column escalation_step.actor is 'As in audit_event.';
comment on column escalation_step.event is 'The facts of the step.';

create table suspension (
    suspension_id uuid        not null,
    account       text        not null,
    misuse        text        not null,
    begun_at      timestamptz not null,
    constraint suspension_pk primary key (suspension_id),
    constraint suspension_account_fits check (octet_length(account) between 1 and 200),
    constraint suspension_misuse_known check (misuse in (
        'illegal_content', 'unfounded_notices', 'unfounded_complaints'))
);
comment on table suspension is 'Accounts whose misuse is counted, warned of, suspended (Article 23). watched until its first step.';
comment on column suspension.suspension_id is 'UUID version 7.';
comment on column suspension.account is 'What the platform calls the account.';
create index suspension_by_account on suspension (account, begun_at);

create table suspension_step (
    suspension_id uuid        not null,
    ordinal       integer     not null,
    previous      integer     generated always as (nullif(ordinal - 1, 0)) stored,
    from_state    text        not null,
    step          text        not null,
    state         text        not null,
    happened_at   timestamptz not null,
    actor         text        not null,
    event         jsonb       not null,
    constraint suspension_step_pk primary key (suspension_id, ordinal),
    constraint suspension_step_ends_in_state unique (suspension_id, ordinal, state),
    constraint suspension_step_of_suspension foreign key (suspension_id) references suspension (suspension_id),
    constraint suspension_step_follows foreign key (suspension_id, previous, from_state)
        references suspension_step (suspension_id, ordinal, state),
    constraint suspension_step_counts_from_one check (ordinal >= 1),
    constraint suspension_step_begins check (ordinal > 1 or from_state = 'watched'),
    constraint suspension_step_possible check ((from_state, step, state) in (
        ('watched', 'strike', 'watched'),
        ('watched', 'warn', 'warned'),
        ('warned', 'strike', 'warned'),
        ('warned', 'suspend', 'suspended'),
        ('warned', 'lift', 'lifted'),
        ('suspended', 'strike', 'suspended'),
        ('suspended', 'end', 'ended'),
        ('suspended', 'lift', 'lifted')))
);
comment on table suspension_step is 'What happened to a suspension, in order.';
comment on column suspension_step.ordinal is '1 for the first: of two writers who add the same one, the second is refused.';
comment on column suspension_step.from_state is 'The state before, which the step before must have led to.';
comment on column suspension_step.actor is 'As in audit_event.';
comment on column suspension_step.event is 'The facts of the step.';

grant select, insert
    on notice, notice_contact, notice_place, notice_step, case_notice, authority_order, order_step, case_order,
        complaint, complaint_step, dispute, dispute_step, escalation, escalation_step, suspension, suspension_step
    to earwitness_service;
