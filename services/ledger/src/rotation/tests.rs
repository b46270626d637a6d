//! Changes of keys that are followed, and those that are not.

use proptest::prelude::*;

use super::*;
use crate::{Checkpoint, Trust};

const ORIGIN: &str = "example.com/log";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, KeyKind::Log, &[seed; 32]).unwrap()
}

fn trust() -> Trust {
    Trust::new(ORIGIN, key(1).public().clone()).unwrap()
}

#[test]
fn a_rotation_is_written_read_and_followed() {
    let rotation = Rotation::sign(ORIGIN, 10, &key(1), &key(2)).unwrap();
    let read = Rotation::parse(rotation.to_string().as_bytes()).unwrap();
    assert_eq!(read, rotation);
    assert_eq!((read.first_size(), read.old_key(), read.new_key()), (10, key(1).public(), key(2).public()));
    let mut trust = trust();
    trust.rotate(&read).unwrap();
    assert_eq!(trust.key_at(9), key(1).public());
    assert_eq!(trust.key_at(10), key(2).public());
    assert!(Checkpoint::parse(rotation.note.text()).is_err(), "it must never pass for a checkpoint");
}

#[test]
fn a_rotation_that_the_old_key_did_not_sign_is_refused() {
    let text = Rotation::sign(ORIGIN, 10, &key(1), &key(2)).unwrap().note.text().to_owned();
    for signer in [1, 2, 3] {
        let mut note = Note::new(&text).unwrap();
        note.sign(&key(signer)).unwrap();
        let rotation = Rotation::of_note(note).unwrap();
        let error = trust().rotate(&rotation).unwrap_err();
        assert!(matches!(error, RotationError::Signature { source: NoteError::Unsigned, .. }), "{signer}: {error:?}");
    }
}

#[test]
fn a_rotation_from_elsewhere_is_refused_by_name() {
    let mut trust = trust();
    let origin = RotationError::Origin { expected: ORIGIN.into(), found: "example.com/other".into() };
    assert_eq!(trust.rotate(&Rotation::sign("example.com/other", 10, &key(1), &key(2)).unwrap()), Err(origin));
    let stranger = Rotation::sign(ORIGIN, 10, &key(2), &key(3)).unwrap();
    assert!(matches!(trust.rotate(&stranger), Err(RotationError::OldKey { .. })));
    let order = RotationError::Order { first_size: 0, since: 0 };
    assert_eq!(trust.rotate(&Rotation::sign(ORIGIN, 0, &key(1), &key(2)).unwrap()), Err(order));
    trust.rotate(&Rotation::sign(ORIGIN, 10, &key(1), &key(2)).unwrap()).unwrap();
    let order = RotationError::Order { first_size: 10, since: 10 };
    assert_eq!(trust.rotate(&Rotation::sign(ORIGIN, 10, &key(2), &key(3)).unwrap()), Err(order));
}

#[test]
fn what_is_no_rotation_is_refused_by_name() {
    let witness = SigningKey::from_seed(ORIGIN, KeyKind::Witness, &[1; 32]).unwrap();
    assert_eq!(Rotation::sign(ORIGIN, 1, &key(1), &key(1)), Err(RotationError::Keys));
    assert!(matches!(Rotation::sign(ORIGIN, 1, &witness, &key(1)), Err(RotationError::Note(_))));
    assert_eq!(Rotation::sign("a\nb", 1, &key(1), &key(2)), Err(RotationError::Form));
    assert_eq!(Rotation::sign(ORIGIN, u64::MAX, &key(1), &key(2)), Err(RotationError::Form));
    assert!(matches!(Rotation::parse(b"x"), Err(RotationError::Note(NoteError::NoSignatures))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))] // signatures are slow in a debug build

    #[test]
    fn no_changed_byte_is_followed(at: prop::sample::Index, bit in 0_u8..8) {
        let mut bytes = Rotation::sign(ORIGIN, 10, &key(1), &key(2)).unwrap().to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Rotation::parse(&bytes).and_then(|rotation| trust().rotate(&rotation)).is_err());
    }
}
