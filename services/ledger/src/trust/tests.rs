//! Who is believed for what.

use chrono::TimeZone;

use super::*;
use crate::{Checkpoint, SigningKey};

const ORIGIN: &str = "example.com/log";

fn key(name: &str, kind: KeyKind, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, kind, &[seed; 32]).unwrap()
}

fn log(seed: u8) -> SigningKey {
    key(ORIGIN, KeyKind::Log, seed)
}

fn signed(origin: &str, size: u64, key: &SigningKey) -> SignedCheckpoint {
    SignedCheckpoint::sign(Checkpoint::new(origin, size, [3; 32]).unwrap(), key).unwrap()
}

#[test]
fn another_log_and_another_key_are_not_believed() {
    let trust = Trust::new(ORIGIN, log(1).public().clone()).unwrap();
    assert_eq!(trust.origin(), ORIGIN);
    signed(ORIGIN, 5, &log(1)).verify(&trust).unwrap();
    let error = signed("example.com/other", 5, &log(1)).verify(&trust).unwrap_err();
    assert_eq!(error.to_string(), r#"the checkpoint is of the log "example.com/other", not "example.com/log""#);
    let error = signed(ORIGIN, 5, &log(2)).verify(&trust).unwrap_err();
    assert!(matches!(error, TrustError::Log { size: 5, source: NoteError::Unsigned, .. }), "{error:?}");
}

#[test]
fn each_key_signs_its_own_sizes_only() {
    let mut trust = Trust::new(ORIGIN, log(1).public().clone()).unwrap();
    trust.rotate(&Rotation::sign(ORIGIN, 10, &log(1), &log(2)).unwrap()).unwrap();
    trust.rotate(&Rotation::sign(ORIGIN, 20, &log(2), &log(3)).unwrap()).unwrap();
    for (size, seed) in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3), (1 << 40, 3)] {
        for signer in 1..=3 {
            let verdict = signed(ORIGIN, size, &log(signer)).verify(&trust);
            assert_eq!(verdict.is_ok(), signer == seed, "size {size}, key {signer}: {verdict:?}");
        }
    }
}

#[test]
fn witnesses_are_counted_once_each() {
    let (w1, w2) = (key("w1", KeyKind::Witness, 4), key("w2", KeyKind::Witness, 5));
    let known = vec![w1.public().clone(), w2.public().clone(), key("w1-again", KeyKind::Witness, 4).public().clone()];
    let trust = |quorum| Trust::new(ORIGIN, log(1).public().clone()).unwrap().with_witnesses(known.clone(), quorum);
    assert_eq!(trust(3).unwrap_err(), TrustError::Unreachable { quorum: 3, witnesses: 2 });
    let at = chrono::Utc.timestamp_opt(1_789_243_200, 0).unwrap();
    let mut head = signed(ORIGIN, 5, &log(1));
    assert_eq!(head.verify(&trust(0).unwrap()).unwrap().witnesses, []);
    head.note_mut().cosign(&w1, at).unwrap();
    let error = head.verify(&trust(2).unwrap()).unwrap_err();
    assert_eq!(error, TrustError::Quorum { size: 5, quorum: 2, found: 1 });
    head.note_mut().cosign(&w2, at).unwrap();
    let witnesses = head.verify(&trust(2).unwrap()).unwrap().witnesses;
    assert_eq!(witnesses.iter().map(|verified| verified.signed_at).collect::<Vec<_>>(), [Some(at), Some(at)]);
}

#[test]
fn a_forged_cosignature_is_an_error_even_if_none_is_asked_for() {
    let witness = key("w1", KeyKind::Witness, 4);
    let trust = Trust::new(ORIGIN, log(1).public().clone()).unwrap();
    let trust = trust.with_witnesses(vec![witness.public().clone()], 0).unwrap();
    let mut other = signed(ORIGIN, 6, &log(1));
    other.note_mut().cosign(&witness, chrono::Utc.timestamp_opt(1, 0).unwrap()).unwrap();
    let line = other.to_string().lines().last().unwrap().to_owned();
    let forged = format!("{}{line}\n", signed(ORIGIN, 5, &log(1)));
    let error = SignedCheckpoint::parse(forged.as_bytes()).unwrap().verify(&trust).unwrap_err();
    assert!(matches!(error, TrustError::Witness { size: 5, source: NoteError::Forged { .. } }), "{error:?}");
}

#[test]
fn keys_of_the_wrong_kind_are_refused() {
    let witness = key("w1", KeyKind::Witness, 4).public().clone();
    assert_eq!(Trust::new(ORIGIN, witness).unwrap_err(), TrustError::Kind { name: "w1".into() });
    let trust = Trust::new(ORIGIN, log(1).public().clone()).unwrap();
    let error = trust.with_witnesses(vec![log(2).public().clone()], 0).unwrap_err();
    assert_eq!(error, TrustError::Kind { name: ORIGIN.into() });
}
