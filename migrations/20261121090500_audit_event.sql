-- Every change of state, written in the transaction that makes it. Append-only by privilege: services may add and read,
-- and cannot choose an event's place in the log.

create table audit_event (
    audit_event_id uuid        not null,
    seq            bigint,
    happened_at    timestamptz not null,
    actor          text        not null,
    action         text        not null,
    entity         text        not null,
    entity_id      text        not null,
    room_id        text,
    payload        jsonb       not null,
    salt           bytea       not null,
    leaf_hash      bytea       not null,
    constraint audit_event_pk primary key (audit_event_id),
    constraint audit_event_has_one_place unique (seq),
    constraint audit_event_place_counts check (seq >= 0),
    constraint audit_event_payload_is_object check (jsonb_typeof(payload) = 'object'),
    constraint audit_event_salt_is_16_bytes check (octet_length(salt) = 16),
    constraint audit_event_hash_is_32_bytes check (octet_length(leaf_hash) = 32)
);
comment on table audit_event is 'Who changed what, when. No key points from here to other tables: the log stands by itself.';
comment on column audit_event.audit_event_id is 'UUID version 7.';
comment on column audit_event.seq is 'Its place in the log, given by the sequencer; null before.';
comment on column audit_event.actor is 'service:transcribe, command:ingest, person:….';
comment on column audit_event.action is 'What was done, as entity.verb: window.stored.';
comment on column audit_event.payload is 'Ids, ranges, states, hashes and counts as integers, strings and booleans; never what was said.';
comment on column audit_event.salt is 'Random, so that an erased event cannot be guessed from its hash.';
comment on column audit_event.leaf_hash is 'SHA-256 of 0x00, salt, and the RFC 8785 canonical JSON of all columns but seq, salt and leaf_hash, under their own names; happened_at in RFC 3339 with six digits and Z.';
create index audit_event_by_entity on audit_event (entity, entity_id);
create index audit_event_by_room on audit_event (room_id, happened_at);
create index audit_event_without_place on audit_event (audit_event_id) where seq is null;

grant select,
    insert (audit_event_id, happened_at, actor, action, entity, entity_id, room_id, payload, salt, leaf_hash)
    on audit_event to earwitness_service;
