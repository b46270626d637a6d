-- Two roles keep the record honest: the owner, who migrates, and earwitness_service, as which every service logs in.
-- A service may add to the record; what it may change or remove is granted column by column, table by table.

create extension if not exists btree_gist;

do $$
begin
    if not exists (select from pg_roles where rolname = 'earwitness_service') then
        create role earwitness_service login;
    end if;
exception
    -- Roles belong to the whole cluster: another database may be migrated at the same moment.
    when duplicate_object or unique_violation then
        null;
    when insufficient_privilege then
        raise exception 'the role earwitness_service does not exist and % may not create it', current_user
            using hint = 'Let an administrator run: create role earwitness_service login password ''…''; then migrate again.';
end
$$;

grant usage on schema public to earwitness_service;

comment on table _sqlx_migrations is 'Which migrations have run, kept by sqlx; services read it to see whether the schema is theirs.';
grant select on _sqlx_migrations to earwitness_service;
