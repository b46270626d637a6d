//! Whoever owns the database and not the key is found out, and nothing is signed over it.

use std::time::Duration;

use ledger::{Checkpoint, KeyKind, SignedCheckpoint, SigningKey};
use report::SequencerError;

use crate::cluster::{Cluster, at, check, events};

const SOUND: &str = "select 1";

/// What is done, and what must be among that which is found.
fn cases() -> Vec<(String, &'static [&'static str])> {
    let forger = SigningKey::from_seed("example.com/log", KeyKind::Log, &[9; 32]).unwrap();
    let other = SignedCheckpoint::sign(Checkpoint::new("example.com/log", 12, [1; 32]).unwrap(), &forger).unwrap();
    let case = |sql: &str, found: &'static [&'static str]| (sql.to_owned(), found);
    vec![
        case(SOUND, &[]),
        case("update audit_event set payload = payload || '{\"number\": 99}' where seq = 3", &["event_changed"]),
        case("update audit_event set actor = 'service:other' where seq = 11", &["event_changed"]),
        case("delete from audit_event where seq = 3", &["event_gone"]),
        case(
            "update audit_event a set payload = b.payload from audit_event b where (a.seq, b.seq) in ((3, 4), (4, 3))",
            &["event_changed"],
        ),
        case(
            "update audit_event set seq = 1000 where seq = 3; update audit_event set seq = 3 where seq = 4;
             update audit_event set seq = 4 where seq = 1000",
            &["event_place"],
        ),
        case(
            "update audit_leaf a set leaf_hash = b.leaf_hash from audit_leaf b where (a.seq, b.seq) in ((3, 4), (4, 3))",
            &["event_changed", "event_hash", "node"],
        ),
        case(
            "delete from audit_event where seq >= 8; delete from audit_leaf where seq >= 8;
             delete from audit_node where last_seq >= 8",
            &["truncated"],
        ),
        case("delete from audit_leaf where seq >= 8", &["leaf_gone", "truncated"]),
        case("delete from audit_leaf where seq = 3", &["leaf_gone", "leaves_missing", "unprovable"]),
        case(
            "delete from audit_event where seq = 3; delete from audit_leaf where seq = 3",
            &["leaves_missing", "unprovable"],
        ),
        (
            format!("update audit_checkpoint set note = '{other}' where size = 12"),
            &["checkpoint_row", "checkpoint_unsigned"],
        ),
        case(
            "update audit_checkpoint set note = (select note from audit_checkpoint where size = 6) where size = 12",
            &["checkpoint_row"],
        ),
        case("update audit_node set hash = decode(repeat('00', 32), 'hex') where level = 2", &["node"]),
        (format!("update audit_key set vkey = '{}'", forger.public()), &["checkpoint_unsigned"]),
        case("delete from audit_key", &["keys"]),
        case(
            "update audit_event set salt = decode(repeat('00', 16), 'hex'), leaf_hash = decode(repeat('01', 32), 'hex')
             where seq = 5; update audit_leaf set leaf_hash = decode(repeat('01', 32), 'hex') where seq = 5",
            &["event_changed", "root"],
        ),
    ]
}

#[tokio::test]
async fn every_way_of_tampering_is_named_and_nothing_is_signed_over_it() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..5).await;
    sequencer.step(at(10)).await.unwrap();
    events(&store, 5..11).await;
    sequencer.step(at(20)).await.unwrap();
    drop(sequencer);
    store.close().await;
    for (number, (sql, expected)) in cases().into_iter().enumerate() {
        let database = format!("copy_{number}");
        cluster.sql("postgres", &format!("create database {database} template earwitness"));
        cluster.sql(&database, &sql);
        let store = cluster.store_of(&database).await;
        let (_, found) = check(&store).await;
        assert!(expected.iter().all(|code| found.contains(code)), "{sql}: {found:?}, not {expected:?}");
        assert_eq!(found.is_empty(), expected.is_empty(), "{sql}: {found:?}");
        events(&store, 11..13).await;
        let before = cluster.sql(&database, "select count(*) from audit_checkpoint");
        let step = cluster.sequencer(&store).step(at(30)).await;
        let after = cluster.sql(&database, "select count(*) from audit_checkpoint");
        assert_eq!(step.is_ok(), expected.is_empty(), "{sql}: {step:?}");
        assert_eq!(before == after, !expected.is_empty(), "{sql}");
        store.close().await;
    }
    cluster.stop().await;
}

#[tokio::test]
async fn a_writer_at_work_notices_that_its_tail_was_cut() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..5).await;
    sequencer.step(at(10)).await.unwrap();
    cluster.sql("earwitness", "delete from audit_leaf where seq = 5; update audit_event set seq = null where seq = 5");
    for _ in 0..2 {
        // The lock of a step that failed is let go of a moment later; until then there is nothing to do.
        let refused = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                match sequencer.step(at(20)).await {
                    Ok(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                    Err(error) => break error,
                }
            }
        });
        let refused = Box::pin(refused).await.unwrap();
        assert!(matches!(refused, SequencerError::Refused { .. }), "{refused:?}");
    }
    assert_eq!(cluster.sql("earwitness", "select count(*) from audit_leaf"), "5");
    store.close().await;
    cluster.stop().await;
}
