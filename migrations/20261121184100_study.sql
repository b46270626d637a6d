-- Accuracy studies: windows drawn by lot, those that a detector left alone among them, labelled by two people who do not
-- see what it said, and by a third where the two differ. All of it is only ever added to.

create table study (
    study_id     uuid        not null,
    category     text        not null,
    detector     text        not null,
    versions     text[]      not null,
    period_from  timestamptz not null,
    period_until timestamptz not null,
    log_size     bigint      not null,
    seed         text        not null,
    drawn_at     timestamptz not null,
    constraint study_pk primary key (study_id),
    constraint study_of_checkpoint foreign key (log_size) references audit_checkpoint (size),
    constraint study_category_known check (category in (
        'threat', 'incitement', 'hate', 'harassment', 'terrorism', 'public_security', 'self_harm', 'sexual',
        'sexual_minors', 'scam', 'illegal_goods', 'election', 'privacy', 'profanity')),
    constraint study_period_runs check (period_from < period_until)
);
comment on table study is 'How well one rule or classifier head tells one category, over the windows with words of a period.';
comment on column study.detector is 'The rule''s id or the head''s name.';
comment on column study.versions is 'Hashes of the packs or models that it ran from in the period.';
comment on column study.log_size is 'Entries of the audit log that the frame is from.';
comment on column study.seed is 'Windows are drawn by the smallest SHA-256 of seed, zero byte and window id.';

create table study_frame (
    study_id   uuid    not null,
    language   text    not null,
    is_flagged boolean not null,
    population bigint  not null,
    constraint study_frame_pk primary key (study_id, language, is_flagged),
    constraint study_frame_of_study foreign key (study_id) references study (study_id),
    constraint study_frame_counts check (population > 0)
);
comment on table study_frame is 'All windows that could have been drawn.';

create table study_item (
    study_id   uuid    not null,
    ordinal    integer not null,
    window_id  uuid    not null,
    language   text    not null,
    is_flagged boolean not null,
    constraint study_item_pk primary key (study_id, ordinal),
    constraint study_item_once unique (study_id, window_id),
    constraint study_item_of_frame foreign key (study_id, language, is_flagged)
        references study_frame (study_id, language, is_flagged),
    constraint study_item_counts check (ordinal >= 1)
);
comment on table study_item is 'What was drawn, in the order of the lot, so that the place of an item tells nothing of it. No key points to the window: its text may be deleted before the study is.';

create table study_label (
    study_id     uuid        not null,
    ordinal      integer     not null,
    place        smallint    not null,
    labeller     text        not null,
    is_violation boolean     not null,
    labelled_at  timestamptz not null,
    constraint study_label_pk primary key (study_id, ordinal, place),
    constraint study_label_by_two_people unique (study_id, ordinal, labeller),
    constraint study_label_of_item foreign key (study_id, ordinal) references study_item (study_id, ordinal),
    constraint study_label_first_or_second check (place in (1, 2))
);
comment on table study_label is 'What two people said, each without knowing of the other.';

create table study_verdict (
    study_id     uuid        not null,
    ordinal      integer     not null,
    adjudicator  text        not null,
    is_violation boolean     not null,
    decided_at   timestamptz not null,
    constraint study_verdict_pk primary key (study_id, ordinal),
    constraint study_verdict_of_item foreign key (study_id, ordinal) references study_item (study_id, ordinal)
);
comment on table study_verdict is 'What a third person said where two differed.';

create table study_close (
    study_id  uuid        not null,
    closed_at timestamptz not null,
    constraint study_close_pk primary key (study_id),
    constraint study_close_of_study foreign key (study_id) references study (study_id)
);
comment on table study_close is 'Studies in which every item has its labels. Nothing is added to one any more.';

grant select, insert on study, study_frame, study_item, study_label, study_verdict, study_close to earwitness_service;
