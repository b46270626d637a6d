-- What was heard. Windows tile an epoch and are the unit of idempotence: the first stored text of a window stands, and
-- two windows, or two intervals, can never claim the same sample.

create table model (
    model_sha256    text        not null,
    name            text        not null,
    library         text        not null,
    kind            text        not null,
    first_loaded_at timestamptz not null,
    constraint model_pk primary key (model_sha256),
    constraint model_hash_is_hex check (model_sha256 ~ '^[0-9a-f]{64}$'),
    constraint model_kind_known check (kind in ('recogniser', 'voice_activity', 'classifier'))
);
comment on table model is 'Every model file that decided anything, by its hash.';
comment on column model.model_sha256 is 'SHA-256 of the file, or of the list of its files'' hashes, in lower-case hex.';
comment on column model.name is 'What people call it: tiny.en.';
comment on column model.library is 'What first ran it, with its version.';

create table setting (
    setting_sha256 text        not null,
    body           text        not null,
    first_used_at  timestamptz not null,
    constraint setting_pk primary key (setting_sha256),
    constraint setting_hash_is_hex check (setting_sha256 ~ '^[0-9a-f]{64}$'),
    constraint setting_is_json check (body::jsonb is not null)
);
comment on table setting is 'Settings that decided anything, each text once. Windows and config changes point here.';
comment on column setting.setting_sha256 is 'SHA-256 of body.';
comment on column setting.body is 'JSON, byte for byte as hashed; secrets are masked before it comes here.';

create table config_change (
    config_change_id uuid        not null,
    service          text        not null,
    setting_sha256   text        not null,
    changed_at       timestamptz not null,
    constraint config_change_pk primary key (config_change_id),
    constraint config_change_to_setting foreign key (setting_sha256) references setting (setting_sha256)
);
comment on table config_change is 'Which settings each service ran with, and since when.';
comment on column config_change.config_change_id is 'UUID version 7.';
create index config_change_by_service on config_change (service, config_change_id);

create table "window" (
    window_id      uuid        not null,
    stream_id      uuid        not null,
    epoch          bigint      not null,
    first_sample   bigint      not null,
    end_sample     bigint      not null,
    began_at       timestamptz not null,
    ended_at       timestamptz not null,
    language       text        not null,
    model_sha256   text,
    library        text,
    setting_sha256 text,
    guards         text[]      not null,
    attempts       integer     not null,
    seam           boolean     not null,
    stored_at      timestamptz not null,
    constraint window_pk primary key (window_id),
    constraint window_of_epoch foreign key (stream_id, epoch) references epoch (stream_id, epoch),
    constraint window_of_model foreign key (model_sha256) references model (model_sha256),
    constraint window_of_setting foreign key (setting_sha256) references setting (setting_sha256),
    constraint window_is_a_range check (first_sample >= 0 and first_sample < end_sample),
    constraint window_wall_time_runs check (began_at <= ended_at),
    constraint window_names_all_that_decided
        check ((model_sha256 is null) = (library is null) and (model_sha256 is null) = (setting_sha256 is null)),
    constraint window_attempts_count check (attempts >= 0),
    constraint window_begins_once unique (stream_id, epoch, first_sample),
    constraint window_never_overlaps exclude using gist
        (stream_id with =, epoch with =, int8range(first_sample, end_sample) with &&)
);
comment on table "window" is 'A contiguous stretch of an epoch, as heard. Windows tile the epoch; only stored windows count.';
comment on column "window".window_id is 'UUID version 5 of stream, epoch and first sample: a retry names the same window.';
comment on column "window".first_sample is 'Samples since the epoch''s first, 16,000 a second.';
comment on column "window".end_sample is 'The sample after its last.';
comment on column "window".began_at is 'Wall time of its first sample: the anchor from which times inside it are counted.';
comment on column "window".ended_at is 'Wall time of the sample after its last.';
comment on column "window".model_sha256 is 'What made the text; null where nothing was decoded.';
comment on column "window".library is 'The recogniser library and its version.';
comment on column "window".setting_sha256 is 'Everything that decided the result beside sound, model and library.';
comment on column "window".guards is 'The guards that fired, with their values.';
comment on column "window".attempts is 'Calls of the recogniser that it took.';
comment on column "window".seam is 'Whether the next window follows without a pause, so that words were matched over the seam.';
create index window_by_wall_time on "window" (stream_id, began_at);

create table segment (
    window_id    uuid    not null,
    ordinal      integer not null,
    first_sample bigint  not null,
    end_sample   bigint  not null,
    speaker      text,
    text         text    not null,
    hearing      text    not null,
    constraint segment_pk primary key (window_id, ordinal),
    constraint segment_of_window foreign key (window_id) references "window" (window_id),
    constraint segment_is_a_range check (first_sample >= 0 and first_sample < end_sample),
    constraint segment_hearing_known check (hearing in ('single', 'verified', 'suspect'))
);
comment on table segment is 'A timed run of final text inside one window, by one speaker.';
comment on column segment.ordinal is '0 for the window''s first, in order of time.';
comment on column segment.speaker is 'Who speaks, where the source says so.';
comment on column segment.hearing is 'How far the text can be relied on; suspect text is kept, never the ground of a flag.';

create table word (
    window_id       uuid    not null,
    ordinal         integer not null,
    segment_ordinal integer not null,
    text            text    not null,
    first_sample    bigint  not null,
    end_sample      bigint  not null,
    p               real    not null,
    verified        boolean,
    constraint word_pk primary key (window_id, ordinal),
    constraint word_of_segment foreign key (window_id, segment_ordinal) references segment (window_id, ordinal),
    constraint word_is_a_stretch check (first_sample >= 0 and first_sample <= end_sample),
    constraint word_p_is_a_probability check (p between 0 and 1)
);
comment on table word is 'A word as heard.';
comment on column word.ordinal is '0 for the window''s first, in order of time.';
comment on column word.p is 'Mean probability of its tokens.';
comment on column word.verified is 'Whether a second hearing reports it too; null while heard once.';

create table coverage_interval (
    stream_id    uuid   not null,
    epoch        bigint not null,
    first_sample bigint not null,
    end_sample   bigint not null,
    window_id    uuid   not null,
    state        text   not null,
    reason       text,
    constraint coverage_interval_pk primary key (stream_id, epoch, first_sample),
    constraint coverage_interval_of_window foreign key (window_id) references "window" (window_id),
    constraint coverage_interval_is_a_range check (first_sample >= 0 and first_sample < end_sample),
    constraint coverage_interval_state_known
        check (state in ('transcribed', 'silence', 'music', 'noise', 'lost', 'deferred', 'pending')),
    constraint coverage_interval_reason_known check (reason in (
        'ingest_gap', 'source_error', 'sequence_jump', 'decode_error', 'crc_mismatch', 'retention_expired', 'asr_empty',
        'asr_timeout', 'asr_crash', 'asr_guarded', 'policy_deferred', 'ad_break', 'muted', 'late', 'in_flight')),
    constraint coverage_interval_says_why check (state not in ('lost', 'deferred', 'pending') or reason is not null),
    constraint coverage_interval_never_overlaps exclude using gist
        (stream_id with =, epoch with =, int8range(first_sample, end_sample) with &&)
);
comment on table coverage_interval is 'What became of each stretch. Intervals tile their window, so they tile the epoch as far as it is stored.';
comment on column coverage_interval.reason is 'Why it is so; always there for lost, deferred and pending.';
create index coverage_interval_by_window on coverage_interval (window_id);

grant select, insert on model, setting, config_change, "window", segment, word, coverage_interval to earwitness_service;
