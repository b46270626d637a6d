-- What rules and classifiers report. A finding is never edited; a flag gathers findings that overlap, and may only grow.

create table screened_window (
    window_id    uuid        not null,
    pack_hash    text,
    model_sha256 text,
    screened_at  timestamptz not null,
    constraint screened_window_pk primary key (window_id),
    constraint screened_window_of_window foreign key (window_id) references "window" (window_id),
    constraint screened_window_of_model foreign key (model_sha256) references model (model_sha256)
);
comment on table screened_window is 'Which windows were screened, and by what. A window is screened once; a replay changes nothing.';
comment on column screened_window.pack_hash is 'SHA-256 of the rule pack; null where no rules ran.';
comment on column screened_window.model_sha256 is 'The classifier; null where none ran.';

create table finding (
    finding_id   uuid        not null,
    stream_id    uuid        not null,
    epoch        bigint      not null,
    first_sample bigint      not null,
    end_sample   bigint      not null,
    window_id    uuid        not null,
    rule_id      text,
    rule_version text,
    pack_hash    text,
    head         text,
    model_sha256 text,
    category     text        not null,
    severity     text        not null,
    score        real        not null,
    status       text        not null,
    words        text        not null,
    why          text        not null,
    found_at     timestamptz not null,
    constraint finding_pk primary key (finding_id),
    constraint finding_of_epoch foreign key (stream_id, epoch) references epoch (stream_id, epoch),
    constraint finding_of_window foreign key (window_id) references "window" (window_id),
    constraint finding_of_model foreign key (model_sha256) references model (model_sha256),
    constraint finding_is_a_range check (first_sample >= 0 and first_sample < end_sample),
    constraint finding_by_rule_or_head check (
        num_nonnulls(rule_id, rule_version, pack_hash) = 3 and num_nonnulls(head, model_sha256) = 0
        or num_nonnulls(rule_id, rule_version, pack_hash) = 0 and num_nonnulls(head, model_sha256) = 2),
    constraint finding_category_known check (category in (
        'threat', 'incitement', 'hate', 'harassment', 'terrorism', 'public_security', 'self_harm', 'sexual',
        'sexual_minors', 'scam', 'illegal_goods', 'election', 'privacy', 'profanity')),
    constraint finding_severity_known check (severity in ('low', 'medium', 'high', 'critical')),
    constraint finding_status_known check (status in ('provisional', 'confirmed', 'unconfirmed', 'suppressed')),
    constraint finding_score_is_a_probability check (score between 0 and 1)
);
comment on table finding is 'What one rule or one classifier head reports on a range of an epoch.';
comment on column finding.finding_id is 'UUID version 5 of stream, epoch, rule or head, and range: a replay names the same finding.';
comment on column finding.window_id is 'The window whose screening found it; the range may begin in one before.';
comment on column finding.head is 'The classifier head, where no rule found it.';
comment on column finding.score is 'A calibrated probability of a head; 1 for an exact rule.';
comment on column finding.status is 'suppressed where an exclusion holds or the text is suspect.';
comment on column finding.words is 'The words that carry it.';
comment on column finding.why is 'What explains it, as plain text for people.';

create table flag (
    flag_id      uuid        not null,
    room_id      text        not null,
    stream_id    uuid        not null,
    epoch        bigint      not null,
    first_sample bigint      not null,
    end_sample   bigint      not null,
    began_at     timestamptz not null,
    category     text        not null,
    severity     text        not null,
    score        real        not null,
    status       text        not null,
    reach        bigint,
    made_at      timestamptz not null,
    changed_at   timestamptz not null,
    constraint flag_pk primary key (flag_id),
    constraint flag_of_room foreign key (room_id) references room (room_id),
    constraint flag_of_epoch foreign key (stream_id, epoch) references epoch (stream_id, epoch),
    constraint flag_is_a_range check (first_sample >= 0 and first_sample < end_sample),
    constraint flag_category_known check (category in (
        'threat', 'incitement', 'hate', 'harassment', 'terrorism', 'public_security', 'self_harm', 'sexual',
        'sexual_minors', 'scam', 'illegal_goods', 'election', 'privacy', 'profanity')),
    constraint flag_severity_known check (severity in ('low', 'medium', 'high', 'critical')),
    constraint flag_status_known check (status in ('provisional', 'confirmed', 'unconfirmed', 'suppressed')),
    constraint flag_score_is_a_probability check (score between 0 and 1),
    constraint flag_reach_counts check (reach >= 0)
);
comment on table flag is 'Findings of one category in one epoch that overlap: what a reviewer judges. A pointer, never a verdict.';
comment on column flag.flag_id is 'UUID version 5 of its first finding.';
comment on column flag.first_sample is 'Its range may only grow.';
comment on column flag.began_at is 'Wall time of its first sample.';
comment on column flag.severity is 'The highest of its findings.';
comment on column flag.score is 'The highest of its findings.';
comment on column flag.status is 'What machines know of it; what people decide stands on its case.';
comment on column flag.reach is 'Listeners at its first sample; null where unknown.';
create index flag_by_place on flag (stream_id, epoch, category, first_sample);
create index flag_by_wall_time on flag (room_id, began_at);

create table flag_finding (
    finding_id uuid not null,
    flag_id    uuid not null,
    constraint flag_finding_pk primary key (finding_id),
    constraint flag_finding_of_finding foreign key (finding_id) references finding (finding_id),
    constraint flag_finding_of_flag foreign key (flag_id) references flag (flag_id)
);
comment on table flag_finding is 'Which flag a finding opened or joined; each belongs to one.';
create index flag_finding_by_flag on flag_finding (flag_id);

grant select, insert on screened_window, finding, flag_finding to earwitness_service;
grant select, insert, update (first_sample, end_sample, began_at, severity, score, status, reach, changed_at) on flag
    to earwitness_service;
