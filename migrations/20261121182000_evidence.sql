-- Evidence: for each flag a clip of the sound, sealed with a key of its room, in an object store; here stands what it
-- is, where it is from, and why there is none. The key is wrapped by a master key that no database sees: to erase the
-- sound of a room, wherever copies of its objects lie, is to delete one row.

create table room_key (
    key_id    uuid        not null,
    room_id   text        not null,
    master_id text        not null,
    wrapped   bytea       not null,
    made_at   timestamptz not null,
    constraint room_key_pk primary key (key_id),
    constraint room_key_of_room foreign key (room_id) references room (room_id),
    constraint room_key_once_a_room unique (room_id),
    constraint room_key_is_wrapped check (octet_length(wrapped) = 60)
);
comment on table room_key is 'The key that seals the clips of a room, wrapped. Deleted by erase_room_key alone; clips made afterwards have a new one.';
comment on column room_key.master_id is 'Names the master key that wrapped it; tells nothing of it.';
comment on column room_key.wrapped is 'Nonce, key under AES-256-GCM, and tag.';

create table clip (
    clip_id       uuid        not null,
    flag_id       uuid        not null,
    version       integer     not null,
    flag_first    bigint      not null,
    flag_end      bigint      not null,
    made_at       timestamptz not null,
    tool          text        not null,
    absent        text,
    first_sample  bigint,
    end_sample    bigint,
    key_id        uuid,
    object_bytes  bigint,
    object_sha256 bytea,
    pcm_sha256    bytea,
    topic         text,
    partition     integer,
    chunks        jsonb,
    missing       jsonb,
    constraint clip_pk primary key (clip_id),
    constraint clip_of_flag foreign key (flag_id) references flag (flag_id),
    constraint clip_version_once unique (flag_id, version),
    constraint clip_version_counts_from_one check (version >= 1),
    constraint clip_absent_known check (absent in ('retention_expired', 'erased', 'unreadable')),
    constraint clip_has_sound_or_says_why check (
        num_nonnulls(first_sample, end_sample, key_id, object_bytes, object_sha256, pcm_sha256, topic, partition, chunks,
            missing) = case when absent is null then 10 else 0 end),
    constraint clip_holds_its_flag check (first_sample <= flag_first and flag_first < flag_end and flag_end <= end_sample),
    constraint clip_hashes_are_32_bytes check (octet_length(object_sha256) = 32 and octet_length(pcm_sha256) = 32)
);
comment on table clip is 'The sound of a flag with a margin, as it was cut, or why there is none. A flag that grows gets a further version; the older ones stay.';
comment on column clip.clip_id is 'UUID version 7; the object''s name.';
comment on column clip.flag_first is 'The flag''s range when it was cut.';
comment on column clip.tool is 'What cut and sealed it.';
comment on column clip.absent is 'Why there is no sound: retention_expired (no longer in the log), erased (on request, before it was cut), unreadable.';
comment on column clip.key_id is 'The room''s key that sealed it; no key points there, since the key may be erased.';
comment on column clip.object_sha256 is 'Of the object''s bytes, sealed as they are.';
comment on column clip.pcm_sha256 is 'Of the samples, 16 bits, little endian.';
comment on column clip.chunks is 'The records that it was taken from: offset, sequence, first sample, samples, CRC32C.';
comment on column clip.missing is 'Ranges of it that no record holds, and why; they are zero in the sound.';

create index flag_by_change on flag (changed_at);

grant select, insert on room_key, clip to earwitness_service;
