//! Requests as the specification writes them, and answers that must not count.

use chrono::{DateTime, Utc};

use super::*;
use crate::checkpoint::Checkpoint;
use crate::key::SigningKey;

fn key(name: &str, kind: KeyKind, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, kind, &[seed; 32]).unwrap()
}

fn checkpoint() -> SignedCheckpoint {
    let log = key("example.com/log", KeyKind::Log, 1);
    SignedCheckpoint::sign(Checkpoint::new("example.com/log", 7, [9; 32]).unwrap(), &log).unwrap()
}

/// The signature lines of those who cosign.
fn lines(checkpoint: &SignedCheckpoint, witnesses: &[&SigningKey]) -> String {
    let mut note = Note::new(checkpoint.note().text()).unwrap();
    for witness in witnesses {
        note.cosign(witness, DateTime::<Utc>::from_timestamp(1_789_000_000, 0).unwrap()).unwrap();
    }
    note.to_string().split_once("\n\n").unwrap().1.to_owned()
}

#[test]
fn a_request_is_old_size_proof_empty_line_and_checkpoint() {
    let checkpoint = checkpoint();
    let request = add_checkpoint_request(3, &[[1; 32], [2; 32]], &checkpoint);
    let lines: Vec<&str> = request.splitn(5, '\n').collect();
    assert_eq!(lines[..4], ["old 3", &format_hash(&[1; 32]), &format_hash(&[2; 32]), ""]);
    assert_eq!(lines[4], checkpoint.to_string());
    assert!(add_checkpoint_request(0, &[], &checkpoint).starts_with("old 0\n\nexample.com/log\n7\n"));
}

#[test]
fn the_witness_s_line_is_taken_and_others_are_passed_over() {
    let checkpoint = checkpoint();
    let (ours, other) = (key("w.example/1", KeyKind::Witness, 2), key("w.example/2", KeyKind::Witness, 3));
    let answer = lines(&checkpoint, &[&other, &ours]);
    let found = cosignature(&checkpoint, answer.as_bytes(), ours.public()).unwrap();
    assert_eq!(found.by.signed_at.unwrap().timestamp(), 1_789_000_000);
    assert!(found.line.starts_with("— w.example/1 ") && found.line.ends_with('\n'));
    let whole = format!("{checkpoint}{}", found.line);
    assert_eq!(Note::parse(whole.as_bytes()).unwrap().verify([ours.public()]).unwrap(), [found.by]);
}

#[test]
fn an_answer_of_another_witness_over_another_head_or_no_answer_at_all_does_not_count() {
    let checkpoint = checkpoint();
    let (ours, other) = (key("w.example/1", KeyKind::Witness, 2), key("w.example/1", KeyKind::Witness, 3));
    let stranger = lines(&checkpoint, &[&other]);
    let refused = cosignature(&checkpoint, stranger.as_bytes(), ours.public()).unwrap_err();
    assert!(matches!(refused, WitnessError::Unsound { source: NoteError::Unsigned, .. }), "{refused:?}");
    let log = key("example.com/log", KeyKind::Log, 1);
    let forked = SignedCheckpoint::sign(Checkpoint::new("example.com/log", 7, [8; 32]).unwrap(), &log).unwrap();
    let of_another = lines(&forked, &[&ours]);
    let refused = cosignature(&checkpoint, of_another.as_bytes(), ours.public()).unwrap_err();
    assert!(matches!(refused, WitnessError::Unsound { source: NoteError::Forged { .. }, .. }), "{refused:?}");
    let smuggled = format!("more text\n\n{}", lines(&checkpoint, &[&ours]));
    for answer in ["", "\n", "nonsense\n", "\u{2014} w.example/1\n", &smuggled] {
        let refused = cosignature(&checkpoint, answer.as_bytes(), ours.public()).unwrap_err();
        assert!(matches!(refused, WitnessError::Form(_)), "{answer:?}: {refused:?}");
    }
    assert!(cosignature(&checkpoint, &[0xff], ours.public()).is_err());
}

#[test]
fn a_refusal_names_a_size_in_one_spelling() {
    assert_eq!(size_signed_last(b"20852014\n"), Some(20_852_014));
    for answer in [b"".as_slice(), b"7", b"07\n", b"+7\n", b"-1\n", b"7 \n", b"99999999999999999999\n"] {
        assert_eq!(size_signed_last(answer), None, "{answer:?}");
    }
}
