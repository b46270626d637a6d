//! The audit log as an auditor meets it: checked with the command line while all runs, and after somebody changed rows.

use std::fs;

use serde_json::Value;

use crate::{
    instance::{Instance, psql},
    program::{PATIENCE, wait_until},
    sound::copy_demo,
};

/// `audit verify --json`: the differences' names, and the verdict.
#[track_caller]
fn verify(instance: &Instance, more: &[&str], code: i32) -> (Vec<String>, Value) {
    let said = instance.run(&[&["audit", "verify", "--json"], more].concat()).expect(code);
    let mut lines = said.json_lines();
    let verdict = lines.pop().unwrap();
    assert_eq!(verdict["sound"], code == 0, "{said:?}");
    (lines.iter().map(|line| line["difference"].as_str().unwrap().to_owned()).collect(), verdict)
}

/// Waits until every event is signed.
pub(crate) fn signed(instance: &Instance) -> u64 {
    wait_until("every event is signed", PATIENCE, || {
        let (_, verdict) = verify(instance, &[], 0);
        let all = verdict["unsigned"] == 0 && verdict["waiting"] == 0 && verdict["events"] != 0;
        all.then(|| verdict["events"].as_u64().unwrap())
    })
}

#[test]
fn the_log_is_signed_proved_and_rotated_and_every_change_of_a_row_is_named() {
    let mut instance = Instance::start();
    let sources = copy_demo(&instance.place("audited"), &["talk-25-emma"]);
    instance.ingest("audited", &[], &[sources[0].as_path()]).expect(0);
    let events = signed(&instance);
    assert!(events > 10, "{events}");
    let key = instance.place("keys").join("first.vkey");
    fs::write(&key, instance.run(&["audit", "key"]).expect(0).out).unwrap();
    let key = key.to_str().unwrap().to_owned();
    let (_, verdict) = verify(&instance, &["--key", &key], 0);
    assert_eq!(verdict["key_known"], true);
    let head = instance.place("keys").join("head");
    instance.run(&["audit", "checkpoint", "--out", head.to_str().unwrap()]).expect(0);

    let event =
        instance.rows("select audit_event_id from audit_event where action = 'window.stored' limit 1").remove(0);
    let proof = instance.place("keys").join("event.tlog-proof");
    instance.run(&["audit", "prove", &event, "--out", proof.to_str().unwrap()]).expect(0);
    assert!(fs::read_to_string(&proof).unwrap().starts_with("c2sp.org/tlog-proof@v1\nindex "));
    instance.run(&["audit", "prove", "00000000-0000-7000-8000-000000000000"]).expect(2);

    let second = instance.run(&["audit", "rotate"]).expect(0).out;
    assert_eq!(instance.run(&["audit", "key"]).expect(0).out, second);
    assert!(instance.run(&["audit", "key", "--history"]).expect(0).out.contains("earwitness/key-rotation/v1"));
    instance.ingest("again", &[], &[sources[0].as_path()]).expect(0);
    assert!(signed(&instance) > events);
    let (_, verdict) = verify(&instance, &["--key", &key, "--checkpoint", head.to_str().unwrap()], 0);
    assert_eq!(verdict["kept"], 1);
    let (text, other) = (fs::read_to_string(&head).unwrap(), instance.place("keys").join("other"));
    fs::write(&other, text.replacen('\n', "/of-another\n", 1)).unwrap();
    assert_eq!(verify(&instance, &["--checkpoint", other.to_str().unwrap()], 1).0, ["kept_unsigned"]);
    fs::write(&other, "no checkpoint").unwrap();
    instance.run(&["audit", "verify", "--checkpoint", other.to_str().unwrap()]).expect(2);
    instance.run(&["audit", "vouch"]).expect(2);
    instance.run(&["audit", "checkpoint", "--vouched"]).expect(3);
    // A restart takes the log up where it was.
    instance.stop();
    instance.start_again();
    signed(&instance);
    instance.run(&["doctor"]).expect(0);
    assert!(!instance.log().contains("PRIVATE"));
    tampering_is_named(&instance);
}

fn tampering_is_named(instance: &Instance) {
    let superuser = instance.announced("migrate_url").replace("earwitness_owner", "postgres");
    let sql = |statement: &str| {
        let (code, _, err) = psql(&superuser, statement);
        assert_eq!(code, Some(0), "{statement}: {err}");
    };
    sql("create schema kept; create table kept.event as table audit_event; create table kept.leaf as table audit_leaf;
         create table kept.checkpoint as table audit_checkpoint");
    let mend = "set session_replication_role = replica; truncate audit_event, audit_leaf, audit_checkpoint cascade;
        insert into audit_event select * from kept.event; insert into audit_leaf select * from kept.leaf;
        insert into audit_checkpoint select * from kept.checkpoint";
    for (tampering, found) in [
        ("update audit_event set payload = payload || '{\"more\": 1}' where seq = 3", "event_changed"),
        ("delete from audit_event where seq = 3", "event_gone"),
        (
            "update audit_event a set payload = b.payload from audit_event b where (a.seq, b.seq) in ((3, 4), (4, 3))",
            "event_changed",
        ),
        ("delete from audit_event where seq > 8; delete from audit_leaf where seq > 8", "truncated"),
        (
            "update audit_checkpoint set note = replace(note, 'earwitness/', 'otherwise/')
             where size = (select max(size) from audit_checkpoint)",
            "checkpoint_unsigned",
        ),
    ] {
        sql(tampering);
        let (names, _) = verify(instance, &[], 1);
        assert!(names.iter().any(|name| name == found), "{tampering}: {names:?}");
        assert!(instance.run(&["doctor"]).expect(1).out.contains("audit log"), "{tampering}");
        assert!(instance.is_up(), "{tampering}");
        instance.run(&["rooms"]).expect(0);
        sql(mend);
        signed(instance);
    }
}
