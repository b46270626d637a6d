//! The published checkpoint, and what is none.

use proptest::prelude::*;

use super::*;
use crate::{KeyKind, VerifyingKey};

/// The example of C2SP tlog-cosignature.
const PUBLISHED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
     \u{2014} example.com/behind-the-sofa \
     Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
     \u{2014} witness.example.com/w1 \
     jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

#[test]
fn the_published_checkpoint_is_read_and_written() {
    let signed = SignedCheckpoint::parse(PUBLISHED.as_bytes()).unwrap();
    assert_eq!(signed.to_string(), PUBLISHED);
    let head = signed.checkpoint();
    assert_eq!((head.origin(), head.size()), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(format_hash(head.root()), ROOT);
    assert_eq!(signed.note().signatures()[1].name(), "witness.example.com/w1");
    assert_eq!(signed.note().signatures()[1].key_id(), 0x8d66_cf3f);
}

#[test]
fn what_we_sign_is_believed_by_us_and_by_another_implementation() {
    let key = SigningKey::from_seed("example.com/log", KeyKind::Log, &[1; 32]).unwrap();
    let head = Checkpoint::new("example.com/log", 7, [9; 32]).unwrap();
    let signed = SignedCheckpoint::sign(head.clone(), &key).unwrap();
    let read = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
    assert_eq!(read, signed);
    let trust = Trust::new("example.com/log", VerifyingKey::parse(&key.public().to_string()).unwrap()).unwrap();
    assert_eq!(read.verify(&trust).unwrap().log.key_id, key.public().id());

    let verifier = signed_note::StandardVerifier::new(&key.public().to_string()).unwrap();
    let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    let theirs = signed_note::Note::from_bytes(signed.to_string().as_bytes()).unwrap();
    assert_eq!(theirs.verify(&list).unwrap().0.len(), 1);
    assert_eq!(theirs.text(), head.to_string().as_bytes());
}

#[test]
fn what_is_no_checkpoint_is_refused_by_name() {
    let size = |found: &str| CheckpointError::Size { found: found.into() };
    let root = |found: &str| CheckpointError::Root { found: found.into() };
    for (text, expected) in [
        (String::new(), CheckpointError::Lines),
        ("log\n1\n".into(), CheckpointError::Lines),
        (format!("log\n1\n{ROOT}"), CheckpointError::Lines),
        (format!("\n1\n{ROOT}\n"), CheckpointError::Origin { origin: String::new() }),
        (format!("log\n01\n{ROOT}\n"), size("01")),
        (format!("log\n+1\n{ROOT}\n"), size("+1")),
        (format!("log\n-1\n{ROOT}\n"), size("-1")),
        (format!("log\n\n{ROOT}\n"), size("")),
        (format!("log\n\u{661}\n{ROOT}\n"), size("\u{661}")),
        (format!("log\n9223372036854775808\n{ROOT}\n"), size("9223372036854775808")),
        ("log\n1\nCsUY\n".into(), root("CsUY")),
        (format!("log\n1\n{}\n", ROOT.replace("2I=", "2J=")), root(&ROOT.replace("2I=", "2J="))),
        (format!("log\n1\n{ROOT}\n\nmore\n"), CheckpointError::Extension),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(expected), "{text:?}");
    }
    assert_eq!(Checkpoint::parse(&format!("log\n1\n{ROOT}\nmore\n")).unwrap().extensions(), ["more"]);
    let two_lines = CheckpointError::Origin { origin: "a\nb".into() };
    assert_eq!(Checkpoint::new("a\nb", 0, [0; 32]), Err(two_lines));
    assert_eq!(Checkpoint::new("log", u64::MAX, [0; 32]), Err(size("18446744073709551615")));
    assert!(matches!(SignedCheckpoint::parse(b"log"), Err(CheckpointError::Note(NoteError::NoSignatures))));
}

proptest! {
    #[test]
    fn what_is_read_is_written_the_same(lines in prop::collection::vec("[a-z0-9=\n]{0,5}", 0..6)) {
        let text = lines.join("\n");
        if let Ok(read) = Checkpoint::parse(&text) {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn hostile_bytes_are_errors(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(SignedCheckpoint::parse(&bytes).is_err());
    }

    #[test]
    fn a_changed_byte_is_an_error_or_another_checkpoint(at: prop::sample::Index, byte: u8) {
        let mut bytes = PUBLISHED.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = SignedCheckpoint::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
        }
    }
}
