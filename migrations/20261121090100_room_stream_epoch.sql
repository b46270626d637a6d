-- What ingest knows: rooms, their streams, each unbroken connection of a stream, and what was observed around them.

create table room (
    room_id      text        not null,
    title        text,
    hosts        text[]      not null default '{}',
    language     text,
    scheduled_at timestamptz,
    begun_at     timestamptz not null,
    constraint room_pk primary key (room_id),
    constraint room_id_fits check (octet_length(room_id) between 1 and 200)
);
comment on table room is 'A social place where people speak, live. Later ingest runs may add to its description, never erase it.';
comment on column room.room_id is 'What the platform calls it; opaque to us.';
comment on column room.language is 'The language expected where a stream does not say, as in BCP 47.';
comment on column room.scheduled_at is 'When it was announced to start; the account of wall time begins here.';
comment on column room.begun_at is 'When we first heard of it.';

create table stream (
    stream_id uuid   not null,
    room_id   text   not null,
    name      text   not null,
    epochs    bigint not null default 0,
    constraint stream_pk primary key (stream_id),
    constraint stream_of_room foreign key (room_id) references room (room_id),
    constraint stream_name_once_a_room unique (room_id, name),
    constraint stream_name_fits check (octet_length(name) between 1 and 200),
    constraint stream_epochs_count check (epochs >= 0)
);
comment on table stream is 'One continuous track of a room: one speaker, or the mix.';
comment on column stream.stream_id is 'UUID version 5 of room and name.';
comment on column stream.epochs is 'How many epochs were opened; the next one takes this number.';

create table epoch (
    stream_id      uuid        not null,
    epoch          bigint      not null,
    began_at       timestamptz not null,
    opened_at      timestamptz not null,
    source         text        not null,
    language       text        not null,
    between_reason text,
    ended_at       timestamptz,
    samples        bigint,
    closed_how     text,
    constraint epoch_pk primary key (stream_id, epoch),
    constraint epoch_of_stream foreign key (stream_id) references stream (stream_id),
    constraint epoch_number_fits check (epoch between 0 and 4294967295),
    constraint epoch_between_reason_known check (between_reason in ('refused', 'disconnected', 'not_started')),
    constraint epoch_closed_how_known check (closed_how in ('ended', 'idle', 'superseded')),
    constraint epoch_samples_count check (samples >= 0),
    constraint epoch_open_or_closed check ((closed_how is null) = (ended_at is null)),
    constraint epoch_open_has_no_length check (closed_how is not null or samples is null)
);
comment on table epoch is 'One unbroken connection of a stream; a reconnect opens the next. Only its first close counts.';
comment on column epoch.epoch is '0 for the first connection of the stream, one more for each that follows.';
comment on column epoch.began_at is 'Wall time of its first sample: stream time counts from here.';
comment on column epoch.opened_at is 'When it was recorded; differs from began_at where sound is played from a file.';
comment on column epoch.source is 'Where the sound came from, as a person would name it.';
comment on column epoch.language is 'The language expected, as in BCP 47.';
comment on column epoch.between_reason is 'Why there was no connection in the stretch before it, where ingest knows.';
comment on column epoch.ended_at is 'Wall time at which it was closed.';
comment on column epoch.samples is 'Its length in samples as the closer knew it; null where nobody did, and then what was stored counts.';
comment on column epoch.closed_how is 'ended: the source said so; idle: nothing came for too long; superseded: the next epoch opened.';

create table access_attempt (
    access_attempt_id uuid        not null,
    room_id           text        not null,
    stream_id         uuid        not null,
    attempted_at      timestamptz not null,
    source            text        not null,
    result            text        not null,
    status            integer,
    latency_ms        bigint,
    retry_after_s     bigint,
    constraint access_attempt_pk primary key (access_attempt_id),
    constraint access_attempt_of_room foreign key (room_id) references room (room_id),
    constraint access_attempt_of_stream foreign key (stream_id) references stream (stream_id),
    constraint access_attempt_result_known check (result in ('connected', 'refused', 'timeout', 'unreachable')),
    constraint access_attempt_numbers_count check (status >= 0 and latency_ms >= 0 and retry_after_s >= 0)
);
comment on table access_attempt is 'What we observed on trying to reach a source. Stands apart from what anyone asserts about the reason.';
comment on column access_attempt.access_attempt_id is 'UUID version 7.';
comment on column access_attempt.status is 'Status code, as the source gave it.';
comment on column access_attempt.latency_ms is 'Milliseconds until the answer, or until we gave up.';
comment on column access_attempt.retry_after_s is 'Seconds for which the source asked us to wait.';
create index access_attempt_by_stream on access_attempt (stream_id, attempted_at);
create index access_attempt_by_room on access_attempt (room_id, attempted_at);

create table listener_count (
    room_id   text        not null,
    from_at   timestamptz not null,
    listeners bigint      not null,
    constraint listener_count_pk primary key (room_id, from_at),
    constraint listener_count_of_room foreign key (room_id) references room (room_id),
    constraint listener_count_counts check (listeners >= 0)
);
comment on table listener_count is 'How many listened to a room, as steps: a count holds from its time to the next one. No step yet means unknown, not zero.';
comment on column listener_count.from_at is 'Wall time from which the count holds.';

grant select, insert, update (title, hosts, language, scheduled_at) on room to earwitness_service;
grant select, insert, update (epochs) on stream to earwitness_service;
grant select, insert, update (ended_at, samples, closed_how) on epoch to earwitness_service;
grant select, insert on access_attempt to earwitness_service;
grant select, insert, update (listeners) on listener_count to earwitness_service;
