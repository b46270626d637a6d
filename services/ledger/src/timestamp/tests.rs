//! Stamps that `openssl ts` made, believed and not.
//!
//! `tests/timestamp/` holds one file that was stamped, two roots, and replies for it; `tsa.cnf` beside them is what
//! `openssl ts -reply -config tsa.cnf -section one` (`two` for RSA and the older certificate id) was given. The keys
//! were thrown away. `purpose` and `noess` are by `openssl cms -sign -econtent_type 1.2.840.113549.1.9.16.1.4`.

use proptest::prelude::*;

use super::*;

const DATA: &[u8] = include_bytes!("../../tests/timestamp/checkpoint");
const ROOT: &[u8] = include_bytes!("../../tests/timestamp/root.der");
const STRANGER: &[u8] = include_bytes!("../../tests/timestamp/stranger.der");
const EC: &[u8] = include_bytes!("../../tests/timestamp/ec.tsr");
const RSA: &[u8] = include_bytes!("../../tests/timestamp/rsa.tsr");
const DEEP: &[u8] = include_bytes!("../../tests/timestamp/deep.tsr");
const BARE: &[u8] = include_bytes!("../../tests/timestamp/bare.tsr");
const LATE: &[u8] = include_bytes!("../../tests/timestamp/late.tsr");
const REFUSED: &[u8] = include_bytes!("../../tests/timestamp/refused.tsr");
const PURPOSE: &[u8] = include_bytes!("../../tests/timestamp/purpose.token");
const NO_CERTIFICATE_ID: &[u8] = include_bytes!("../../tests/timestamp/noess.token");

const NONCE: [u8; 8] = 0x4fb8_90b8_fecc_0a00_u64.to_be_bytes();

fn verify(reply: &[u8]) -> Result<Timestamp, TimestampError> {
    verify_timestamp(&timestamp_token(reply).unwrap(), DATA, &[STRANGER, ROOT], Some(NONCE))
}

#[test]
fn a_stamp_of_another_tool_is_read_to_the_last_field() {
    let expected = Timestamp {
        at: DateTime::from_timestamp_millis(1_795_274_353_305).unwrap(),
        accuracy: Some(TimeDelta::microseconds(1_500_100)),
        policy: "1.2.3.4.1".into(),
        serial: "02".into(),
        authority: "CN=Test authority ec".into(),
    };
    assert_eq!(verify(EC).unwrap(), expected);
}

#[test]
fn keys_of_other_kinds_and_certificates_between_are_taken() {
    let rsa = verify(RSA).unwrap();
    assert_eq!((rsa.authority.as_str(), rsa.accuracy), ("CN=Test authority rsa", None));
    assert_eq!(verify(DEEP).unwrap().authority, "CN=Test authority deep");
}

#[test]
fn a_stamp_of_other_bytes_or_for_another_query_is_refused() {
    let token = timestamp_token(EC).unwrap();
    assert!(matches!(verify_timestamp(&token, b"other", &[ROOT], None), Err(TimestampError::OtherData)));
    assert!(matches!(verify_timestamp(&token, DATA, &[ROOT], Some([0; 8])), Err(TimestampError::Nonce)));
    verify_timestamp(&token, DATA, &[ROOT], None).unwrap();
}

#[test]
fn a_stamp_without_a_way_to_a_trusted_root_is_refused() {
    let token = timestamp_token(EC).unwrap();
    let no_roots: [&[u8]; 0] = [];
    for result in [verify_timestamp(&token, DATA, &[STRANGER], None), verify_timestamp(&token, DATA, &no_roots, None)] {
        let source = webpki::Error::UnknownIssuer;
        assert!(
            matches!(&result, Err(TimestampError::Untrusted { source: found, .. }) if *found == source),
            "{result:?}"
        );
    }
    let late = verify(LATE).unwrap_err();
    assert!(matches!(late, TimestampError::Untrusted { source: webpki::Error::CertExpired { .. }, .. }), "{late:?}");
    let bad_root = verify_timestamp(&token, DATA, &[b"root"], None);
    assert!(matches!(bad_root, Err(TimestampError::Untrusted { .. })), "{bad_root:?}");
}

#[test]
fn what_rfc_3161_asks_of_certificate_and_signature_is_asked() {
    let bare = verify_timestamp(&timestamp_token(BARE).unwrap(), DATA, &[ROOT], None);
    assert!(matches!(bare, Err(TimestampError::Lacks { what: "certificate" })), "{bare:?}");
    let purpose = verify_timestamp(PURPOSE, DATA, &[ROOT], None);
    assert!(matches!(purpose, Err(TimestampError::Purpose { .. })), "{purpose:?}");
    let nameless = verify_timestamp(NO_CERTIFICATE_ID, DATA, &[ROOT], None);
    assert!(matches!(nameless, Err(TimestampError::Lacks { what: "signing certificate" })), "{nameless:?}");
}

#[test]
fn a_refusal_says_so() {
    let refused = timestamp_token(REFUSED).unwrap_err();
    assert!(matches!(refused, TimestampError::Refused { status: 2, .. }), "{refused:?}");
    assert!(matches!(timestamp_token(&vec![0; MAX_TIMESTAMP_BYTES + 1]), Err(TimestampError::TooLong)));
    assert!(matches!(timestamp_token(b"reply"), Err(TimestampError::Form { what: "reply", .. })));
}

#[test]
fn a_query_is_what_openssl_writes() {
    // openssl ts -query -data checkpoint -sha256 -cert
    let expected = include_bytes!("../../tests/timestamp/query.tsq");
    assert_eq!(timestamp_query(DATA, NONCE).unwrap(), expected);
}

#[test]
fn a_nonce_is_a_positive_number_in_its_shortest_form() {
    for (nonce, expected) in [(0_u64, vec![0]), (1, vec![1]), (0x80, vec![0, 0x80]), (0x0100, vec![1, 0])] {
        assert_eq!(nonce_number(nonce.to_be_bytes()).unwrap().as_bytes(), expected, "{nonce}");
    }
    assert_eq!(nonce_number([0xff; 8]).unwrap().as_bytes().len(), 9);
}

#[test]
fn times_are_read_to_the_microsecond_and_nothing_else_is() {
    let micros = |text: &str| time(text.as_bytes()).map(|at| at.timestamp_micros());
    assert_eq!(micros("20260912200000Z"), Some(1_789_243_200_000_000));
    assert_eq!(micros("20260912200000.5Z"), Some(1_789_243_200_500_000));
    assert_eq!(micros("20260912200000.1234567Z"), Some(1_789_243_200_123_456));
    for text in ["", "Z", "20260912200000", "20260912200000.Z", "2026091220000Z", "+2260912200000Z", "20261312200000Z"]
    {
        assert_eq!(micros(text), None, "{text}");
    }
}

#[test]
fn no_changed_bit_of_a_stamp_is_believed() {
    let token = timestamp_token(EC).unwrap();
    let sound = verify(EC).unwrap();
    for at in 0..token.len() {
        let mut changed = token.clone();
        changed[at] ^= 1 << (at % 8);
        // Versions and names of algorithms outside the signature may change, but nothing that is said.
        if let Ok(found) = verify_timestamp(&changed, DATA, &[ROOT], None) {
            assert_eq!(found, sound, "byte {at}");
        }
        let _ = verify_timestamp(&token[..at], DATA, &[ROOT], None).unwrap_err();
    }
}

proptest! {
    #[test]
    fn hostile_bytes_are_errors(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(timestamp_token(&bytes).is_err());
        prop_assert!(verify_timestamp(&bytes, DATA, &[ROOT], None).is_err());
    }
}
