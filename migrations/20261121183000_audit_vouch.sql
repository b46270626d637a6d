-- What others said of the log's heads: cosignatures of witnesses, and time stamps. With them, who holds our key and our
-- database cannot write both anew unseen. Append-only by privilege.

create table audit_cosignature (
    size        bigint      not null,
    vkey        text        not null,
    line        text        not null,
    signed_at   timestamptz not null,
    obtained_at timestamptz not null,
    constraint audit_cosignature_pk primary key (size, vkey),
    constraint audit_cosignature_of_checkpoint foreign key (size) references audit_checkpoint (size),
    constraint audit_cosignature_is_a_line check (line ~ '^— [^\n]+\n$')
);
comment on table audit_cosignature is 'Witnesses'' signatures over checkpoints (C2SP tlog-cosignature): each saw the log grow out of the last one that it signed.';
comment on column audit_cosignature.size is 'The checkpoint.';
comment on column audit_cosignature.vkey is 'The witness''s public key, as the settings had it.';
comment on column audit_cosignature.line is 'The signature line: the checkpoint''s note with it appended is a note again.';
comment on column audit_cosignature.signed_at is 'When the witness signed, by its own clock.';
create index audit_cosignature_by_witness on audit_cosignature (vkey, size);

create table audit_stamp (
    size        bigint      not null,
    authority   text        not null,
    token       bytea       not null,
    stamped_at  timestamptz not null,
    obtained_at timestamptz not null,
    constraint audit_stamp_pk primary key (size, authority),
    constraint audit_stamp_of_checkpoint foreign key (size) references audit_checkpoint (size)
);
comment on table audit_stamp is 'Time stamps of third parties over the notes of checkpoints (RFC 3161).';
comment on column audit_stamp.size is 'The checkpoint; what is stamped is its note as audit_checkpoint has it.';
comment on column audit_stamp.authority is 'Where it was asked for.';
comment on column audit_stamp.token is 'The token in DER, with the authority''s certificates.';
comment on column audit_stamp.stamped_at is 'When, by the authority''s clock.';
create index audit_stamp_by_authority on audit_stamp (authority, size);

grant select, insert on audit_cosignature, audit_stamp to earwitness_service;
