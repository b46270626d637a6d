-- Statements of reasons as they go to the Commission's Transparency Database (Regulation (EU) 2022/2065, Article 24(5)):
-- the exact bytes, how far each is, and what the other side said. Bytes and receipts are only ever added; how far each is
-- moves, as a ledger of sending must.

create table statement (
    puid        text        not null,
    decision_id uuid        not null,
    body        bytea       not null,
    built_at    timestamptz not null,
    constraint statement_pk primary key (puid),
    constraint statement_once_a_decision unique (decision_id),
    constraint statement_of_measure foreign key (decision_id) references measure (decision_id),
    constraint statement_puid_is_plain check (puid ~ '^[a-zA-Z0-9_-]+$' and length(puid) <= 500),
    constraint statement_has_body check (octet_length(body) > 0)
);
comment on table statement is 'Statements of reasons, one for each decision that owes one. None is ever changed: the other side knows no update.';
comment on column statement.puid is 'Our id at the Transparency Database: opaque, used once for ever.';
comment on column statement.body is 'The statement as it goes out, byte for byte: canonical JSON (RFC 8785) that passed the strict check.';

create table statement_outbox (
    puid       text        not null,
    entry      jsonb       not null,
    state      text        generated always as (entry ->> 'state') stored,
    changed_at timestamptz not null,
    constraint statement_outbox_pk primary key (puid),
    constraint statement_outbox_of_statement foreign key (puid) references statement (puid),
    constraint statement_outbox_state_known check (state is not null and state in (
        'waiting', 'unknown', 'doubtful', 'received', 'stored_without_receipt', 'refused'))
);
comment on table statement_outbox is 'How far each statement is. unknown: a call with it went out and no answer is known, so it is asked for before it is sent again.';
comment on column statement_outbox.entry is 'The entry of the ledger of sending, state and facts.';
create index statement_outbox_open on statement_outbox (puid) where state in ('waiting', 'unknown', 'doubtful');

create table statement_receipt (
    puid        text        not null,
    uuid        text        not null,
    created_at  text,
    permalink   text,
    received_at timestamptz not null,
    constraint statement_receipt_pk primary key (puid),
    constraint statement_receipt_of_statement foreign key (puid) references statement (puid)
);
comment on table statement_receipt is 'The Transparency Database''s 201 for a statement: the proof that it is there and ours.';
comment on column statement_receipt.uuid is 'The id that it gave.';
comment on column statement_receipt.created_at is 'When it stored it, in its own words.';

create table statement_sender (
    singleton  boolean not null default true,
    not_before timestamptz,
    stopped    text,
    constraint statement_sender_pk primary key (singleton),
    constraint statement_sender_is_one check (singleton)
);
comment on table statement_sender is 'What holds for all sending: not before, or not at all until somebody mends it.';
comment on column statement_sender.stopped is 'Why nothing goes out, such as a token that no longer holds.';

insert into statement_sender default values;

grant select, insert on statement, statement_receipt to earwitness_service;
grant select, insert, update (entry, changed_at) on statement_outbox to earwitness_service;
grant select, update (not_before, stopped) on statement_sender to earwitness_service;
