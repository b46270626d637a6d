-- The log over the audit events: their places, the tree over their hashes, its signed heads, and the keys that sign.
-- Append-only by privilege: services may add and read. A service cannot write audit_event.seq either: the leaf that it
-- adds gives its event the place, once, in the same transaction.

create table audit_leaf (
    seq            bigint not null,
    audit_event_id uuid   not null,
    leaf_hash      bytea  not null,
    constraint audit_leaf_pk primary key (seq),
    constraint audit_leaf_event_has_one_place unique (audit_event_id),
    constraint audit_leaf_place_counts check (seq >= 0),
    constraint audit_leaf_hash_is_32_bytes check (octet_length(leaf_hash) = 32)
);
comment on table audit_leaf is 'Which event stands where in the log. No key points to the event: the leaf outlives it.';
comment on column audit_leaf.seq is 'Its place, from 0 without a gap.';
comment on column audit_leaf.leaf_hash is 'As in audit_event when the leaf was added.';

create table audit_node (
    level    smallint not null,
    last_seq bigint   not null,
    hash     bytea    not null,
    constraint audit_node_pk primary key (last_seq, level),
    constraint audit_node_level_known check (level between 1 and 62),
    constraint audit_node_is_a_full_subtree check ((last_seq + 1) % (1::bigint << level) = 0),
    constraint audit_node_hash_is_32_bytes check (octet_length(hash) = 32)
);
comment on table audit_node is 'Full subtrees of the RFC 9162 tree over audit_leaf, from which proofs are made and the tree is taken up again.';
comment on column audit_node.level is 'Its height; the leaves would be 0.';
comment on column audit_node.last_seq is 'The last leaf below it; its index on its level is (last_seq + 1) / 2^level - 1.';

create table audit_checkpoint (
    size       bigint      not null,
    root       bytea       not null,
    note       text        not null,
    created_at timestamptz not null,
    constraint audit_checkpoint_pk primary key (size),
    constraint audit_checkpoint_size_counts check (size > 0),
    constraint audit_checkpoint_root_is_32_bytes check (octet_length(root) = 32)
);
comment on table audit_checkpoint is 'Signed heads of the log (C2SP tlog-checkpoint). One a size: a log never signs two.';
comment on column audit_checkpoint.size is 'Leaves that it stands for.';
comment on column audit_checkpoint.note is 'The signed note, byte for byte; size and root stand in it too.';

create table audit_key (
    first_size bigint      not null,
    vkey       text        not null,
    rotation   text,
    created_at timestamptz not null,
    constraint audit_key_pk primary key (first_size),
    constraint audit_key_is_new unique (vkey),
    constraint audit_key_begins_or_follows check (first_size >= 0 and (first_size = 0) = (rotation is null))
);
comment on table audit_key is 'Public halves of the keys that sign checkpoints; a later one begins with the word of the one before.';
comment on column audit_key.first_size is 'The first size that it signs.';
comment on column audit_key.vkey is 'C2SP verifier key: name, id, and base64 of kind and key.';
comment on column audit_key.rotation is 'The note in which the key before names this one; none for the first.';

-- Leaves follow each other without a gap, each for an event that has no place yet and has this hash.
create function audit_leaf_gives_the_place() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    first_added bigint;
    last_added  bigint;
    leaves      bigint;
    placed      bigint;
begin
    select min(seq), max(seq), count(*) into first_added, last_added, leaves from added;
    if leaves = 0 then
        return null;
    end if;
    if last_added - first_added + 1 <> leaves
        or first_added <> coalesce((select max(seq) + 1 from public.audit_leaf where seq < first_added), 0)
    then
        raise exception 'leaves must follow each other without a gap'
            using errcode = 'check_violation', constraint = 'audit_leaf_has_no_gap';
    end if;
    update public.audit_event event set seq = added.seq
        from added
        where event.audit_event_id = added.audit_event_id
            and event.seq is null and event.leaf_hash = added.leaf_hash;
    get diagnostics placed = row_count;
    if placed <> leaves then
        raise exception 'a leaf is of an event that has this hash and no place yet'
            using errcode = 'check_violation', constraint = 'audit_leaf_is_of_an_event';
    end if;
    return null;
end
$$;
comment on function audit_leaf_gives_the_place() is 'The one way in which audit_event.seq is written, with the rights of the owner.';
revoke all on function audit_leaf_gives_the_place() from public;
create trigger audit_leaf_gives_the_place after insert on audit_leaf
    referencing new table as added for each statement execute function audit_leaf_gives_the_place();

grant select, insert on audit_leaf, audit_node, audit_checkpoint, audit_key to earwitness_service;
