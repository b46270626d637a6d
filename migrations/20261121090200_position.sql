-- Effects happen once: positions move in the transaction of the rows that they stand for, under a lease that fences the
-- owner before. What must leave the database waits in the outbox. This is plumbing: none of it is an audit event, but
-- dead letters are, because audio was set aside.

create table partition_lease (
    consumer_group text        not null,
    topic          text        not null,
    partition      integer     not null,
    generation     bigint      not null,
    owner          text        not null,
    claimed_at     timestamptz not null,
    constraint partition_lease_pk primary key (consumer_group, topic, partition),
    constraint partition_lease_generation_counts check (generation > 0)
);
comment on table partition_lease is 'Who may write what comes from a partition. Each assignment raises the generation; a write under a lower one is refused.';
comment on column partition_lease.generation is 'One more at each claim.';
comment on column partition_lease.owner is 'The process that claimed it, for people.';

create table partition_progress (
    consumer_group text        not null,
    topic          text        not null,
    partition      integer     not null,
    next_offset    bigint      not null,
    moved_at       timestamptz not null,
    constraint partition_progress_pk primary key (consumer_group, topic, partition),
    constraint partition_progress_counts check (next_offset >= 0)
);
comment on table partition_progress is 'Where to read on after a restart. Moves only forwards; the offset that a broker keeps is for dashboards.';
comment on column partition_progress.next_offset is 'The oldest record that is still needed.';

create table outbox (
    outbox_id    bigint generated always as identity,
    topic        text        not null,
    key          text        not null,
    timestamp_ms bigint      not null,
    headers      jsonb       not null,
    payload      bytea       not null,
    created_at   timestamptz not null,
    constraint outbox_pk primary key (outbox_id),
    constraint outbox_headers_are_pairs check (jsonb_typeof(headers) = 'array')
);
comment on table outbox is 'Records that must go out, written with the rows that they tell of. The relay sends them in order of id and deletes what is acknowledged.';
comment on column outbox.key is 'What picks the partition: the stream.';
comment on column outbox.timestamp_ms is 'The record''s own time, in milliseconds since 1970.';
comment on column outbox.headers is 'An array of [name, value], in order.';

create table dead_letter (
    consumer_group text        not null,
    topic          text        not null,
    partition      integer     not null,
    record_offset  bigint      not null,
    why            text        not null,
    key            bytea,
    header_names   text[]      not null,
    header_values  bytea[]     not null,
    payload        bytea,
    kept_at        timestamptz not null,
    constraint dead_letter_pk primary key (consumer_group, topic, partition, record_offset),
    constraint dead_letter_headers_match check (cardinality(header_names) = cardinality(header_values))
);
comment on table dead_letter is 'Records that could not be used, byte for byte as they came, with the reason.';
comment on column dead_letter.record_offset is 'Its offset in the partition.';
comment on column dead_letter.header_values is 'Bytes, one for each of header_names: what cannot be read need not be text.';

create table epoch_progress (
    stream_id   uuid    not null,
    epoch       bigint  not null,
    next_first  bigint  not null default 0,
    seen_end    bigint  not null default 0,
    attempts    integer not null default 0,
    finished_at timestamptz,
    constraint epoch_progress_pk primary key (stream_id, epoch),
    constraint epoch_progress_of_epoch foreign key (stream_id, epoch) references epoch (stream_id, epoch),
    constraint epoch_progress_counts check (next_first >= 0 and seen_end >= 0 and attempts >= 0)
);
comment on table epoch_progress is 'How far an epoch is stored. Separate from epoch, so that ingest and transcribe never wait for each other.';
comment on column epoch_progress.next_first is 'The sample after the last stored window: where the next one must begin.';
comment on column epoch_progress.seen_end is 'The sample after the last that is known to be durable.';
comment on column epoch_progress.attempts is 'Decodes begun for the window at next_first; saved before each, so that no window can bring a worker down for ever.';
comment on column epoch_progress.finished_at is 'When its last window was stored; nothing is added after.';
create index epoch_progress_unfinished on epoch_progress (stream_id, epoch) where finished_at is null;

grant select, insert, update (generation, owner, claimed_at) on partition_lease to earwitness_service;
grant select, insert, update (next_offset, moved_at) on partition_progress to earwitness_service;
grant select, insert, delete on outbox to earwitness_service;
grant select, insert on dead_letter to earwitness_service;
grant select, insert, update (next_first, seen_end, attempts, finished_at) on epoch_progress to earwitness_service;
