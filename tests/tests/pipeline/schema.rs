//! The database as a stranger with psql finds it: explained, named, and append-only where it must be.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    instance::{Instance, psql},
    sound::copy_demo,
};

#[test]
fn every_table_is_explained_and_every_constraint_named() {
    let instance = Instance::shared();
    let silent = "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and c.relname <> '_sqlx_migrations'
        and coalesce(obj_description(c.oid, 'pg_class'), '') = ''";
    assert_eq!(instance.rows(silent), [""; 0], "tables without a comment");
    // The names that Postgres gives by itself.
    let unnamed = "select conrelid::regclass, conname from pg_constraint
        where connamespace = 'public'::regnamespace and contype <> 'n' and conrelid <> '_sqlx_migrations'::regclass
        and conname ~ '_(pkey|fkey|key|check|excl)[0-9]*$'";
    assert_eq!(instance.rows(unnamed), [""; 0], "constraints without a name of ours");
    let plural = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
        and relname <> lower(relname)";
    assert_eq!(instance.rows(plural), [""; 0], "names are lower case");
    let zoneless = "select table_name, column_name from information_schema.columns
        where table_schema = 'public' and data_type = 'timestamp without time zone'";
    assert_eq!(instance.rows(zoneless), [""; 0], "times have their zone");
}

#[test]
fn services_add_to_the_record_and_never_change_it() {
    let instance = Instance::shared();
    let service = instance.announced("database_url");
    assert_eq!(psql(&service, "select count(*) from audit_event").0, Some(0));
    for refused in [
        "update audit_event set actor = 'nobody'",
        "update audit_event set seq = 1",
        "delete from audit_event",
        "truncate audit_event",
        "insert into audit_event select * from audit_event limit 1",
        "update \"window\" set end_sample = 1",
        "delete from \"window\"",
        "update word set text = 'other'",
        "delete from finding",
        "delete from coverage_interval",
        "drop table audit_event",
        "alter table audit_event disable trigger all",
        "set role earwitness_owner",
        "create table mine (a int)",
    ] {
        let (code, _, err) = psql(&service, refused);
        assert!(code == Some(3) || code == Some(1), "{refused} ended with {code:?}");
        assert!(err.contains("permission denied") || err.contains("must be owner"), "{refused}: {err}");
    }
}

#[test]
fn every_audit_event_carries_the_hash_of_what_it_says() {
    let instance = Instance::shared();
    let sources = copy_demo(&instance.place("audited"), &["talk-25-emma"]);
    instance.ingest("audited", &["--listeners", "12"], &[sources[0].as_path()]).expect(0);
    let rows = instance.rows(
        "select encode(salt, 'hex'), encode(leaf_hash, 'hex'),
            to_jsonb(a) - '{seq,salt,leaf_hash}'::text[] || jsonb_build_object('happened_at',
                to_char(happened_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))
        from audit_event a",
    );
    assert!(rows.len() >= 10, "{rows:?}");
    for row in rows {
        let mut parts = row.splitn(3, '|');
        let (salt, leaf, said) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        // Names sorted, no spaces: for whole numbers, plain text and no floats that is RFC 8785.
        let canonical = serde_json::from_str::<Value>(said).unwrap().to_string();
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(bytes(salt));
        hash.update(canonical);
        assert_eq!(leaf, format!("{:x}", hash.finalize()), "{said}");
    }
    for action in ["room.begun", "epoch.opened", "window.stored", "model.loaded", "config.changed"] {
        let query = format!("select 1 from audit_event where action = '{action}' limit 1");
        assert_eq!(instance.rows(&query), ["1"], "{action}");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}
