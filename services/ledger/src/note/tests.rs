//! Published notes, the verdicts of another implementation, and every changed byte.

use chrono::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::merkle::leaf_hash;

/// The note in the documentation of Go's `sumdb/note`.
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const LINE: &str = "\u{2014} PeterNeumann \
     x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

fn key(name: &str, kind: KeyKind) -> SigningKey {
    SigningKey::from_seed(name, kind, &leaf_hash(name.as_bytes())).unwrap()
}

fn published() -> String {
    format!("{TEXT}\n{LINE}")
}

#[test]
fn the_published_note_is_signed_and_believed() {
    let mut note = Note::new(TEXT).unwrap();
    note.sign(&SigningKey::parse(PRIVATE).unwrap()).unwrap();
    assert_eq!(note.to_string(), published());
    let read = Note::parse(published().as_bytes()).unwrap();
    assert_eq!((read.text(), read.to_string()), (TEXT, published()));
    let verified = read.verify(&[VerifyingKey::parse(VKEY).unwrap()]).unwrap();
    assert_eq!(verified[0].name, "PeterNeumann");
    assert_eq!(verified[0].signed_at, None);
}

#[test]
fn another_implementation_believes_our_note_and_we_believe_its() {
    let list =
        |vkey: &str| signed_note::VerifierList::new(vec![Box::new(signed_note::StandardVerifier::new(vkey).unwrap())]);
    let ours = key("example.com/log", KeyKind::Log);
    let mut note = Note::new("first\n\nsecond Ω\n").unwrap();
    note.sign(&ours).unwrap();
    note.cosign(&key("example.com/witness", KeyKind::Witness), chrono::Utc.timestamp_opt(1, 0).unwrap()).unwrap();
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
    let (good, unknown) = theirs.verify(&list(&ours.public().to_string())).unwrap();
    assert_eq!((good.len(), unknown.len()), (1, 1));

    let mut theirs = signed_note::Note::new(TEXT.as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signed_note::StandardSigner::new(&ours.to_private_text()).unwrap()]).unwrap();
    let read = Note::parse(&theirs.to_bytes()).unwrap();
    assert_eq!(read.verify([ours.public()]).unwrap().len(), 1);
}

#[test]
fn a_cosignature_holds_its_time() {
    let (log, witness) = (key("log", KeyKind::Log), key("witness", KeyKind::Witness));
    let at = chrono::Utc.timestamp_opt(1_679_315_147, 999_000_000).unwrap();
    let mut note = Note::new(TEXT).unwrap();
    note.sign(&log).unwrap();
    note.cosign(&witness, at).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    let verified = read.verify([log.public(), witness.public()]).unwrap();
    assert_eq!(verified.len(), 2);
    assert_eq!(verified[1].signed_at, chrono::Utc.timestamp_opt(1_679_315_147, 0).single());
    // The message is that of the specification, letter for letter.
    let message = format!("cosignature/v1\ntime 1679315147\n{TEXT}");
    let signature: [u8; 64] = read.signatures()[1].bytes[8..].try_into().unwrap();
    assert!(witness.public().fits(message.as_bytes(), &signature));
}

#[test]
fn a_cosignature_with_another_time_is_forged() {
    let witness = key("witness", KeyKind::Witness);
    let mut note = Note::new(TEXT).unwrap();
    note.cosign(&witness, chrono::Utc.timestamp_opt(1_679_315_147, 0).unwrap()).unwrap();
    for (place, value) in [(7, 0_u8), (0, 0xff), (0, 0x7f)] {
        let mut changed = note.clone();
        changed.signatures[0].bytes[place] = value;
        assert!(matches!(changed.verify([witness.public()]), Err(NoteError::Forged { .. })), "{place} {value}");
    }
    note.signatures[0].bytes.truncate(5);
    assert!(matches!(note.verify([witness.public()]), Err(NoteError::Forged { .. })));
    let before = chrono::Utc.timestamp_opt(-1, 0).unwrap();
    assert_eq!(note.cosign(&witness, before), Err(NoteError::Time { at: before }));
}

#[test]
fn kinds_of_keys_are_not_mixed() {
    let (log, witness) = (key("log", KeyKind::Log), key("witness", KeyKind::Witness));
    let mut note = Note::new(TEXT).unwrap();
    assert_eq!(note.sign(&witness), Err(NoteError::Kind { name: "witness".into() }));
    assert_eq!(
        note.cosign(&log, chrono::Utc.timestamp_opt(0, 0).unwrap()),
        Err(NoteError::Kind { name: "log".into() })
    );
    assert_eq!(note.verify([log.public()]), Err(NoteError::Unsigned));
}

#[test]
fn signing_again_leaves_one_line() {
    let mut note = Note::new(TEXT).unwrap();
    for _ in 0..2 {
        note.sign(&key("log", KeyKind::Log)).unwrap();
    }
    assert_eq!(note.signatures().len(), 1);
    assert_eq!(
        (note.signatures()[0].name(), note.signatures()[0].key_id()),
        ("log", key("log", KeyKind::Log).public().id())
    );
}

#[test]
fn unknown_signatures_are_passed_over_and_forged_ones_are_not() {
    let (known, other) = (key("known", KeyKind::Log), key("other/", KeyKind::Log));
    let mut note = Note::new(TEXT).unwrap();
    note.sign(&other).unwrap();
    assert_eq!(note.verify([known.public()]), Err(NoteError::Unsigned));
    note.sign(&known).unwrap();
    assert_eq!(note.verify([known.public()]).unwrap().len(), 1);
    note.text.push_str("more\n");
    let forged = NoteError::Forged { name: "known".into(), key_id: known.public().id() };
    assert_eq!(note.verify([known.public()]), Err(forged));
}

#[test]
fn what_is_no_note_is_refused_by_name() {
    let line = |at| NoteError::Line { line: at };
    for (bytes, expected) in [
        (published().replace("\n\n", "\n").into_bytes(), NoteError::NoSignatures),
        (format!("{TEXT}\n").into_bytes(), NoteError::NoSignatures),
        (published().trim_end().as_bytes().to_vec(), NoteError::NoSignatures),
        (published().replace('x', "\t").into_bytes(), NoteError::Characters),
        (published().replace('\n', "\r\n").into_bytes(), NoteError::Characters),
        (b"a\n\n\xff".to_vec(), NoteError::Characters),
        (published().replace('\u{2014}', "--").into_bytes(), line(1)),
        (published().replace("Neumann ", "Neumann  ").into_bytes(), line(1)),
        (published().replace("M=\n", "N=\n").into_bytes(), line(1)), // another spelling of the same bytes
        (published().replace("M=\n", "M\n").into_bytes(), line(1)),
        (format!("{}x\n", published()).into_bytes(), line(2)),
        (format!("{TEXT}\n\u{2014} a xUY=\n").into_bytes(), line(1)),
        (format!("{TEXT}\n{}", LINE.repeat(MAX_SIGNATURES + 1)).into_bytes(), NoteError::TooMany),
        (vec![b'\n'; MAX_NOTE_BYTES + 1], NoteError::TooLong),
    ] {
        assert_eq!(Note::parse(&bytes), Err(expected), "{}", String::from_utf8_lossy(&bytes));
    }
    assert_eq!(Note::new("no newline"), Err(NoteError::Unended));
    assert_eq!(Note::new(""), Err(NoteError::Unended));
    assert_eq!(Note::new("\0\n"), Err(NoteError::Characters));
}

#[test]
fn a_hundred_signatures_are_read_and_no_more_written() {
    let mut note = Note::new(TEXT).unwrap();
    for at in 0..MAX_SIGNATURES {
        note.sign(&key(&format!("key{at}"), KeyKind::Log)).unwrap();
    }
    assert_eq!(note.sign(&key("onetoomany", KeyKind::Log)), Err(NoteError::TooMany));
    assert_eq!(Note::parse(note.to_string().as_bytes()).unwrap().signatures().len(), MAX_SIGNATURES);
}

proptest! {
    #[test]
    fn what_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes);
        }
    }

    #[test]
    fn signature_lines_are_read_strictly(name in "\\PC{0,5}", encoded in "[A-Za-z0-9+/]{0,12}={0,2}", text in "[a-z\n]{0,9}\n") {
        let bytes = format!("{text}\n\u{2014} {name} {encoded}\n");
        if let Ok(note) = Note::parse(bytes.as_bytes()) {
            prop_assert_eq!(note.to_string(), bytes);
        }
    }

    #[test]
    fn no_changed_byte_of_a_signed_note_is_believed(at: prop::sample::Index, bit in 0_u8..8) {
        let mut bytes = published().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let believed = Note::parse(&bytes).and_then(|note| note.verify(&[VerifyingKey::parse(VKEY).unwrap()]));
        prop_assert!(believed.is_err());
    }
}
