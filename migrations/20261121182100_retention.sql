-- What ends, and what must not: legal holds, the log of deletions, and the few narrow ways in which anything is erased.
-- The services' role may still only add. It erases by functions that act as the owner: each does one thing, refuses what
-- is held, and refuses unless the same transaction logs the deletion, with its exact count, and its audit event.
-- Deletions are counted in things: segments, findings, letters, clips, keys.

create table legal_hold (
    hold_id   uuid        not null,
    room_id   text        not null,
    flag_id   uuid,
    why       text        not null,
    placed_by text        not null,
    placed_at timestamptz not null,
    constraint legal_hold_pk primary key (hold_id),
    constraint legal_hold_of_room foreign key (room_id) references room (room_id),
    constraint legal_hold_of_flag foreign key (flag_id) references flag (flag_id),
    constraint legal_hold_says_why check (why ~ '\S')
);
comment on table legal_hold is 'What must not be erased, by retention or on request: a room, or one flag of it. Ends by a release.';
comment on column legal_hold.hold_id is 'UUID version 7.';
comment on column legal_hold.flag_id is 'Null: the whole room.';
comment on column legal_hold.placed_by is 'As in audit_event.actor.';
create index legal_hold_by_room on legal_hold (room_id);

create table legal_hold_release (
    hold_id     uuid        not null,
    why         text        not null,
    released_by text        not null,
    released_at timestamptz not null,
    constraint legal_hold_release_pk primary key (hold_id),
    constraint legal_hold_release_of_hold foreign key (hold_id) references legal_hold (hold_id),
    constraint legal_hold_release_says_why check (why ~ '\S')
);
comment on table legal_hold_release is 'The end of a hold.';

create view open_hold as
    select hold_id, room_id, flag_id from legal_hold
    where not exists (select from legal_hold_release release where release.hold_id = legal_hold.hold_id);
comment on view open_hold is 'Holds that stand.';

create view flag_guard as
    select
        flag.flag_id, flag.room_id, flag.stream_id, flag.epoch, flag.first_sample, flag.end_sample,
        exists (
            select from open_hold hold
            where hold.flag_id = flag.flag_id or hold.flag_id is null and hold.room_id = flag.room_id) as held,
        case_flag.case_id is not null and coalesce((
            select step.state from case_step step where step.case_id = case_flag.case_id
            order by step.ordinal desc limit 1), 'open') <> 'decided' as undecided,
        flag.made_at,
        (select max(decision.decided_at) from decision where decision.case_id = case_flag.case_id) as decided_at
    from flag
    left join case_flag using (flag_id);
comment on view flag_guard is 'What keeps the evidence of a flag: a hold, a case that is not decided, and the time of its last decision.';

create table deletion (
    deletion_id uuid        not null,
    happened_at timestamptz not null,
    actor       text        not null,
    class       text        not null,
    room_id     text,
    from_at     timestamptz,
    until_at    timestamptz,
    things      bigint      not null,
    rule        text        not null,
    why         text,
    constraint deletion_pk primary key (deletion_id),
    constraint deletion_class_known check (class in ('clip', 'room_key', 'text', 'finding', 'dead_letter')),
    constraint deletion_things_count check (things >= 0),
    constraint deletion_says_by_which_rule check (rule ~ '\S')
);
comment on table deletion is 'The log of deletions: what was erased, how many, of which time, by which rule. Never what it said or who said it. What the broker deletes by its own retention is not in it.';
comment on column deletion.deletion_id is 'UUID version 7; its audit event names it.';
comment on column deletion.room_id is 'Null where it is of no single room.';
comment on column deletion.from_at is 'Of the oldest thing; with until_at the stretch of time that it is of.';
comment on column deletion.rule is 'The setting with its value, or the command.';
comment on column deletion.why is 'As the person who asked for it said.';
create index deletion_by_room on deletion (room_id, happened_at);

create table clip_end (
    clip_id     uuid        not null,
    deletion_id uuid        not null,
    ended_at    timestamptz not null,
    constraint clip_end_pk primary key (clip_id),
    constraint clip_end_of_clip foreign key (clip_id) references clip (clip_id),
    constraint clip_end_by_deletion foreign key (deletion_id) references deletion (deletion_id)
);
comment on table clip_end is 'Clips whose sound is erased; the object is removed once this stands. What the clip was stays.';

alter table segment add column erased_by uuid constraint segment_erased_by_deletion references deletion (deletion_id);
comment on column segment.erased_by is 'The deletion that took its text, words and speaker; null while they stand.';
alter table finding add column erased_by uuid constraint finding_erased_by_deletion references deletion (deletion_id);
comment on column finding.erased_by is 'The deletion that took its words and reason; null while they stand.';
alter table dead_letter add column erased_by uuid constraint dead_letter_erased_by_deletion references deletion (deletion_id);
comment on column dead_letter.erased_by is 'The deletion that took its key, headers and payload; null while they stand.';
create index window_by_storing on "window" (stored_at);

create function deletion_of_this_transaction(logged uuid, of_class text) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    counted bigint;
begin
    select deletion.things into counted
    from public.deletion
    where deletion.deletion_id = logged and deletion.class = of_class and deletion.xmin = pg_current_xact_id()::xid
        and exists (
            select from public.audit_event event
            where event.entity = 'deletion' and event.entity_id = logged::text and event.action = 'deletion.logged'
                and event.xmin = pg_current_xact_id()::xid);
    if counted is null then
        raise exception 'nothing is erased without a log of it in the same transaction'
            using errcode = 'check_violation', constraint = 'deletion_is_logged';
    end if;
    return counted;
end
$$;
comment on function deletion_of_this_transaction(uuid, text) is 'How many things the deletion says, if this very transaction logged it with its audit event; else it refuses.';
revoke all on function deletion_of_this_transaction(uuid, text) from public;

create function deletion_is_exact(counted bigint, erased bigint) returns void
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
    if counted <> erased then
        raise exception 'the log says % things, and it is %', counted, erased
            using errcode = 'check_violation', constraint = 'deletion_is_exact';
    end if;
end
$$;
comment on function deletion_is_exact(bigint, bigint) is 'Refuses a deletion whose log says another number.';
revoke all on function deletion_is_exact(bigint, bigint) from public;

create function deletion_is_held() returns void
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
    raise exception 'a legal hold keeps it' using errcode = 'check_violation', constraint = 'deletion_is_held';
end
$$;
comment on function deletion_is_held() is 'Says that a hold keeps what was to be erased.';
revoke all on function deletion_is_held() from public;

create function erase_room_key(of_room text, logged uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    counted bigint := public.deletion_of_this_transaction(logged, 'room_key');
    erased  bigint;
begin
    if exists (select from public.open_hold hold where hold.room_id = of_room) then
        perform public.deletion_is_held();
    end if;
    delete from public.room_key where room_id = of_room;
    get diagnostics erased = row_count;
    perform public.deletion_is_exact(counted, erased);
end
$$;
comment on function erase_room_key(text, uuid) is 'Deletes the key of a room, and with it all sound of its clips.';

create function erase_texts(windows uuid[], ordinals integer[], logged uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    counted bigint := public.deletion_of_this_transaction(logged, 'text');
    erased  bigint;
begin
    if exists (
        select from public."window" w
        join public.stream using (stream_id)
        join public.open_hold hold using (room_id)
        left join public.flag on flag.flag_id = hold.flag_id
        where w.window_id = any(windows)
            and (hold.flag_id is null
                or flag.stream_id = w.stream_id and flag.epoch = w.epoch
                    and flag.first_sample < w.end_sample and flag.end_sample > w.first_sample))
    then
        perform public.deletion_is_held();
    end if;
    update public.word set text = ''
        from unnest(windows, ordinals) as chosen (window_id, ordinal)
        where word.window_id = chosen.window_id and word.segment_ordinal = chosen.ordinal;
    update public.segment set text = '', speaker = null, erased_by = logged
        from unnest(windows, ordinals) as chosen (window_id, ordinal)
        where segment.window_id = chosen.window_id and segment.ordinal = chosen.ordinal and segment.erased_by is null;
    get diagnostics erased = row_count;
    perform public.deletion_is_exact(counted, erased);
end
$$;
comment on function erase_texts(uuid[], integer[], uuid) is 'Blanks the text, words and speaker of segments; times, probabilities and coverage stay.';

create function erase_findings(findings uuid[], logged uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    counted bigint := public.deletion_of_this_transaction(logged, 'finding');
    erased  bigint;
begin
    if exists (
        select from public.flag_finding join public.flag_guard guard using (flag_id)
        where flag_finding.finding_id = any(findings) and guard.held)
    then
        perform public.deletion_is_held();
    end if;
    update public.finding set words = '', why = '', erased_by = logged
        where finding_id = any(findings) and erased_by is null;
    get diagnostics erased = row_count;
    perform public.deletion_is_exact(counted, erased);
end
$$;
comment on function erase_findings(uuid[], uuid) is 'Blanks the words of findings and why; category, range and score stay.';

create function erasable_dead_letters(kept_before timestamptz) returns bigint
    language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select count(*) from public.dead_letter letter
    where letter.kept_at < kept_before and letter.erased_by is null
        and not exists (
            select from public.open_hold hold
            where letter.header_values[array_position(letter.header_names, 'ce_room')]
                = convert_to(hold.room_id, 'UTF8'))
$$;
comment on function erasable_dead_letters(timestamptz) is 'How many dead letters erase_dead_letters would blank.';

create function erase_dead_letters(kept_before timestamptz, logged uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    counted bigint := public.deletion_of_this_transaction(logged, 'dead_letter');
    erased  bigint;
begin
    update public.dead_letter letter
        set key = null, header_names = '{}', header_values = '{}', payload = null, erased_by = logged
        where letter.kept_at < kept_before and letter.erased_by is null
            and not exists (
                select from public.open_hold hold
                where letter.header_values[array_position(letter.header_names, 'ce_room')]
                    = convert_to(hold.room_id, 'UTF8'));
    get diagnostics erased = row_count;
    perform public.deletion_is_exact(counted, erased);
end
$$;
comment on function erase_dead_letters(timestamptz, uuid) is 'Blanks dead letters, which may hold sound, but for those of a room on hold; where and why they were kept stays.';

revoke all on function erase_room_key(text, uuid), erase_texts(uuid[], integer[], uuid), erase_findings(uuid[], uuid),
    erasable_dead_letters(timestamptz), erase_dead_letters(timestamptz, uuid) from public;
grant execute on function erase_room_key(text, uuid), erase_texts(uuid[], integer[], uuid), erase_findings(uuid[], uuid),
    erasable_dead_letters(timestamptz), erase_dead_letters(timestamptz, uuid) to earwitness_service;

grant select, insert on legal_hold, legal_hold_release, deletion, clip_end to earwitness_service;
grant select on open_hold, flag_guard to earwitness_service;
