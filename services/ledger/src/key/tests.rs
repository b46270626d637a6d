//! The published keys, and what is no key.

use proptest::prelude::*;

use super::*;

/// The key pair in the documentation of Go's `sumdb/note`.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

#[test]
fn the_published_pair_is_read_and_written() {
    let private = SigningKey::parse(PRIVATE).unwrap();
    assert_eq!(private.public().to_string(), VKEY);
    assert_eq!(private.to_private_text(), PRIVATE);
    let public = VerifyingKey::parse(VKEY).unwrap();
    assert_eq!((public.name(), public.kind(), public.id()), ("PeterNeumann", KeyKind::Log, 0xc74f_20a3));
    assert_eq!(&public, private.public());
}

#[test]
fn a_key_of_a_seed_is_the_same_for_ever_and_its_kind_counts() {
    let log = SigningKey::from_seed("example.com/log", KeyKind::Log, &[7; 32]).unwrap();
    let witness = SigningKey::from_seed("example.com/log", KeyKind::Witness, &[7; 32]).unwrap();
    assert_eq!(log.public().to_string(), "example.com/log+702f3c70+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs");
    assert_ne!(log.public().id(), witness.public().id());
    assert_eq!(VerifyingKey::parse(&witness.public().to_string()).unwrap().kind(), KeyKind::Witness);
}

#[test]
fn a_private_key_is_not_shown_by_debug() {
    let key = SigningKey::parse(PRIVATE).unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({VKEY})"));
}

#[test]
fn what_is_no_key_is_refused_by_name() {
    let name = || "PeterNeumann".to_owned();
    for (vkey, expected) in [
        ("", KeyError::Form),
        ("PeterNeumann+c74f20a3", KeyError::Form),
        (PRIVATE, KeyError::IdForm { name: "PRIVATE".into(), id: "KEY".into() }),
        ("+c74f20a3+ARpc", KeyError::Name { name: String::new() }),
        ("a b+c74f20a3+ARpc", KeyError::Name { name: "a b".into() }),
        ("PeterNeumann+c74f20a+ARpc", KeyError::IdForm { name: name(), id: "c74f20a".into() }),
        ("PeterNeumann+C74F20A3+ARpc", KeyError::IdForm { name: name(), id: "C74F20A3".into() }),
        ("PeterNeumann+c74f20a3+ARpc", KeyError::Bytes { name: name() }),
        (&VKEY.replace("+ARpc", "+CRpc"), KeyError::Bytes { name: name() }),
        (
            &VKEY.replace("c74f20a3", "c74f20a4"),
            KeyError::Id { name: name(), expected: 0xc74f_20a3, found: 0xc74f_20a4 },
        ),
        (
            "PeterNeumann+c74f20a3+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            KeyError::Point { name: name() }, // the neutral element, which fits any signature
        ),
    ] {
        assert_eq!(VerifyingKey::parse(vkey), Err(expected), "{vkey}");
    }
    assert_eq!(SigningKey::parse(VKEY).unwrap_err(), KeyError::PrivateForm);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))] // signatures are slow in a debug build

    #[test]
    fn hostile_keys_are_errors(text in "\\PC*") {
        prop_assert!(VerifyingKey::parse(&text).is_err());
        let private = PRIVATE_PREFIX.to_owned() + &text;
        prop_assert!(SigningKey::parse(&private).is_err());
    }

    #[test]
    fn what_is_read_is_written_the_same(seed: [u8; 32], name in "[a-z./]{1,20}") {
        let key = SigningKey::from_seed(&name, KeyKind::Log, &seed).unwrap();
        let public = key.public().to_string();
        prop_assert_eq!(VerifyingKey::parse(&public).unwrap().to_string(), public);
        let read = SigningKey::parse(&key.to_private_text()).unwrap();
        prop_assert_eq!(read.public(), key.public());
    }
}

#[test]
fn a_file_s_signature_is_the_key_s_alone_and_the_pem_is_what_rfc_8410_shows() {
    let key = SigningKey::from_seed("example.com/log", KeyKind::Log, &[7; 32]).unwrap();
    let signature = key.sign_file(b"{}");
    assert!(key.public().verify_file(b"{}", &signature));
    assert!(!key.public().verify_file(b"{ }", &signature));
    assert!(!key.public().verify_file(b"{}", &signature[1..]));
    // RFC 8410, section 10.1: a key as an example, in its PEM form.
    let bytes = STANDARD.decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=").unwrap();
    let example = VerifyingKey::new(
        "example".into(),
        KeyKind::Log,
        ed25519_dalek::VerifyingKey::from_bytes(bytes[12..].try_into().unwrap()).unwrap(),
    );
    assert!(example.to_pem().contains("\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"));
}
