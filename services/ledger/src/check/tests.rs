//! Logs that were tampered with in every way that there is a name for.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{KeyKind, SigningKey};

const ORIGIN: &str = "example.com/log";

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, KeyKind::Log, &[1; 32]).unwrap()
}

/// A log as a database keeps it, to be tampered with.
#[derive(Clone)]
struct Kept {
    rows: Vec<(u64, Hash, Option<AuditEvent>)>,
    checkpoints: Vec<String>,
}

fn event(at: u64) -> AuditEvent {
    AuditEvent {
        audit_event_id: Uuid::from_u128(u128::from(at)),
        happened_at: DateTime::<Utc>::from_timestamp_micros(1_789_243_200_000_000 + at.cast_signed()).unwrap(),
        actor: "service:transcribe".into(),
        action: "window.stored".into(),
        entity: "window".into(),
        entity_id: at.to_string(),
        room_id: Some("room".into()),
        payload: json!({ "words": at }),
        salt: [u8::try_from(at % 251).unwrap(); 16],
    }
}

fn checkpoint(size: u64, root: Hash) -> String {
    SignedCheckpoint::sign(Checkpoint::new(ORIGIN, size, root).unwrap(), &key()).unwrap().to_string()
}

/// `events` events, with a checkpoint at each of `sizes`.
fn kept(events: u64, sizes: &[u64]) -> Kept {
    let (mut edge, mut kept) = (Edge::new(), Kept { rows: Vec::new(), checkpoints: Vec::new() });
    for at in 0..=events {
        kept.checkpoints.extend(sizes.iter().filter(|size| **size == at).map(|_| checkpoint(at, edge.root())));
        if at < events {
            let leaf = event(at).leaf_hash().unwrap();
            edge.append(leaf);
            kept.rows.push((at, leaf, Some(event(at))));
        }
    }
    kept
}

fn check(kept: &Kept) -> (CheckSummary, Vec<String>) {
    let trust = Trust::new(ORIGIN, key().public().clone()).unwrap();
    let mut found = Vec::new();
    let mut check =
        LogCheck::new(&trust, &kept.checkpoints, |difference: Difference| found.push(difference.to_string()));
    for (seq, leaf_hash, event) in &kept.rows {
        check.event(&StoredEvent { seq: *seq, leaf_hash: *leaf_hash, event: event.as_ref() });
    }
    let summary = check.finish();
    assert_eq!(summary.differences, found.len() as u64);
    (summary, found)
}

#[track_caller]
fn finds(kept: &Kept, proved: u64, expected: &[&str]) {
    let (summary, found) = check(kept);
    assert_eq!((found, summary.proved), (expected.iter().map(ToString::to_string).collect(), proved));
}

#[test]
fn a_whole_log_has_no_differences() {
    let (summary, found) = check(&kept(100, &[0, 1, 7, 64, 64, 90]));
    assert_eq!(found, Vec::<String>::new());
    let expected = CheckSummary { events: 100, erased: 0, checkpoints: 6, proved: 90, unsigned: 10, differences: 0 };
    assert_eq!(summary, expected);
    finds(&kept(0, &[0]), 0, &[]);
    finds(&kept(3, &[]), 0, &[]);
}

#[test]
fn an_erased_event_leaves_the_log_provable() {
    let mut kept = kept(20, &[20]);
    kept.rows[7].2 = None;
    let (summary, found) = check(&kept);
    assert_eq!((summary.erased, summary.proved, found.len()), (1, 20, 0));
    kept.rows[7].1 = [0; 32];
    finds(&kept, 0, &["the events up to 20 do not give the signed root; up to 0 they do"]);
}

#[test]
fn a_changed_event_is_named_and_the_rest_is_still_proved() {
    let mut kept = kept(30, &[10, 20, 30]);
    for at in [3, 15] {
        kept.rows[at].2.as_mut().unwrap().payload = json!({ "words": 0 });
    }
    finds(
        &kept,
        30,
        &[
            "event 3 (00000000-0000-0000-0000-000000000003) does not have the hash that is stored with it",
            "event 15 (00000000-0000-0000-0000-00000000000f) does not have the hash that is stored with it",
        ],
    );
}

#[test]
fn a_changed_hash_is_named_and_the_rest_is_still_proved() {
    let mut kept = kept(30, &[10, 20, 30]);
    kept.rows[12].1 = [0; 32];
    kept.rows[13].1 = [0; 32];
    let (summary, found) = check(&kept);
    assert_eq!((summary.proved, found.len()), (30, 2));
}

#[test]
fn an_event_that_was_changed_with_its_hash_is_found_between_two_checkpoints() {
    let mut kept = kept(30, &[10, 20, 30]);
    kept.rows[15].2.as_mut().unwrap().actor = "person:somebody".into();
    kept.rows[15].1 = kept.rows[15].2.as_ref().unwrap().leaf_hash().unwrap();
    finds(
        &kept,
        10,
        &[
            "the events up to 20 do not give the signed root; up to 10 they do",
            "the checkpoint of size 30 cannot be compared, because of what is wrong from event 10 on",
        ],
    );
}

#[test]
fn events_that_are_missing_are_named() {
    let mut kept = kept(30, &[10, 20, 30]);
    kept.rows.drain(12..14);
    finds(
        &kept,
        10,
        &[
            "the events from 12 up to 14 are missing, 14 not among them",
            "the checkpoint of size 20 cannot be compared, because of what is wrong from event 12 on",
            "the checkpoint of size 30 cannot be compared, because of what is wrong from event 12 on",
        ],
    );
}

#[test]
fn a_log_that_was_cut_short_is_named() {
    let mut kept = kept(30, &[10, 20, 30]);
    kept.rows.truncate(15);
    finds(
        &kept,
        10,
        &[
            "the checkpoint of size 20 stands for more events than the log has; it ends before event 15",
            "the checkpoint of size 30 stands for more events than the log has; it ends before event 15",
        ],
    );
}

#[test]
fn events_that_are_renumbered_or_doubled_are_named() {
    let mut doubled = kept(6, &[6]);
    doubled.rows.insert(3, doubled.rows[2].clone());
    finds(&doubled, 6, &["an event says that it is number 2, where 3 is next"]);
    let mut removed = kept(6, &[3, 6]);
    removed.rows.remove(4);
    removed.rows[4].0 = 4;
    finds(&removed, 3, &["the checkpoint of size 6 stands for more events than the log has; it ends before event 5"]);
    let mut swapped = kept(6, &[3, 6]);
    swapped.rows.swap(4, 5);
    (swapped.rows[4].0, swapped.rows[5].0) = (4, 5);
    finds(&swapped, 3, &["the events up to 6 do not give the signed root; up to 3 they do"]);
}

#[test]
fn a_fork_is_named() {
    let mut kept = kept(10, &[5, 10]);
    kept.checkpoints.insert(1, checkpoint(5, [9; 32]));
    finds(&kept, 10, &["two checkpoints of size 5 have different roots"]);
    kept.checkpoints.swap(0, 1);
    finds(
        &kept,
        0,
        &[
            "the events up to 5 do not give the signed root; up to 0 they do",
            "two checkpoints of size 5 have different roots",
            "the checkpoint of size 10 cannot be compared, because of what is wrong from event 0 on",
        ],
    );
}

#[test]
fn checkpoints_that_cannot_serve_are_named() {
    let mut kept = kept(10, &[5, 10]);
    let stranger = SigningKey::from_seed(ORIGIN, KeyKind::Log, &[2; 32]).unwrap();
    let head = Checkpoint::new(ORIGIN, 6, [0; 32]).unwrap();
    kept.checkpoints.insert(1, SignedCheckpoint::sign(head, &stranger).unwrap().to_string());
    kept.checkpoints.insert(2, "nothing".into());
    kept.checkpoints.insert(3, checkpoint(4, [0; 32]));
    finds(
        &kept,
        10,
        &[
            "checkpoint number 1, of size 6, is not to be believed",
            "checkpoint number 2 cannot be read",
            "checkpoint number 3 is of size 4, after one of size 5",
        ],
    );
}

#[test]
fn an_event_that_cannot_be_hashed_is_named() {
    let mut kept = kept(4, &[4]);
    kept.rows[1].2.as_mut().unwrap().payload = json!(null);
    finds(&kept, 4, &["event 1 cannot be hashed"]);
}

#[test]
fn the_tail_alone_is_checked_from_an_edge_that_a_checkpoint_proves() {
    let mut kept = kept(30, &[20, 30]);
    let mut edge = Edge::new();
    for (_, leaf, _) in kept.rows.drain(..20) {
        edge.append(leaf);
    }
    let trust = Trust::new(ORIGIN, key().public().clone()).unwrap();
    let differences = |edge: &Edge, kept: &Kept| {
        let mut found = Vec::new();
        let mut check = LogCheck::resume(&trust, edge.clone(), &kept.checkpoints, |difference| found.push(difference));
        for (seq, leaf_hash, event) in &kept.rows {
            check.event(&StoredEvent { seq: *seq, leaf_hash: *leaf_hash, event: event.as_ref() });
        }
        assert_eq!(check.finish().events, 10);
        found
    };
    assert!(differences(&edge, &kept).is_empty());
    let other = Edge::resume(20, vec![[1; 32], [2; 32]]).unwrap();
    assert!(matches!(
        differences(&other, &kept)[..],
        [Difference::Root { size: 20, .. }, Difference::Unprovable { .. }]
    ));
    kept.rows[3].1 = [0; 32];
    kept.rows[3].2 = None;
    assert!(matches!(differences(&edge, &kept)[..], [Difference::Root { size: 30, agreed: 20 }]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))] // signatures are slow in a debug build

    /// With a checkpoint over the last event, whatever is done to rows or checkpoints is reported.
    #[test]
    fn no_change_goes_unseen(at: prop::sample::Index, how in 0_u8..8, bit in 0_u8..8) {
        let mut kept = kept(20, &[6, 20]);
        let at = at.index(20);
        let row = &mut kept.rows[at];
        match how {
            0 => row.2.as_mut().unwrap().salt[3] ^= 1 << bit,
            1 => row.2.as_mut().unwrap().payload["words"] = json!("many"),
            2 => row.1[usize::from(bit)] ^= 1,
            3 => row.0 += 1 + u64::from(bit),
            4 => drop(kept.rows.remove(at)),
            5 => kept.rows.truncate(at),
            6 => kept.rows.insert(at, (at as u64, [bit; 32], None)),
            _ => {
                let place = at * 9 + usize::from(bit);
                let mut bytes = kept.checkpoints[1].clone().into_bytes();
                let place = place % bytes.len();
                bytes[place] ^= 1 << (bit % 7);
                kept.checkpoints[1] = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        prop_assert!(check(&kept).0.differences > 0);
    }
}
