//! Proof files that hold, and every way in which they do not.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::merkle::{Edge, Node, inclusion_proof, leaf_hash};
use crate::{Checkpoint, KeyKind, SigningKey};

const ORIGIN: &str = "example.com/log";

static CHECKPOINT: LazyLock<String> = LazyLock::new(|| proof(0, 1, None).checkpoint.to_string());

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, KeyKind::Log, &[1; 32]).unwrap()
}

fn trust() -> Trust {
    Trust::new(ORIGIN, key().public().clone()).unwrap()
}

fn leaf(at: u64) -> Hash {
    leaf_hash(&at.to_be_bytes())
}

fn proof(index: u64, size: u64, extra: Option<Vec<u8>>) -> TlogProof {
    let (mut edge, mut nodes) = (Edge::new(), BTreeMap::<Node, Hash>::new());
    for at in 0..size {
        edge.append_with(leaf(at), |node, hash| nodes.extend([(node, *hash)]));
    }
    let hashes = inclusion_proof(&nodes, index, size).unwrap();
    let checkpoint = Checkpoint::new(ORIGIN, size, edge.root()).unwrap();
    TlogProof { extra, index, hashes, checkpoint: SignedCheckpoint::sign(checkpoint, &key()).unwrap() }
}

#[test]
fn a_proof_has_the_form_of_the_specification() {
    let written = proof(4, 5, Some(b"extra data".to_vec())).to_string();
    let lines: Vec<_> = written.lines().collect();
    assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra ZXh0cmEgZGF0YQ==", "index 4"]);
    assert_eq!((lines[3].len(), lines[4], lines[5], lines[6]), (44, "", ORIGIN, "5"));
    assert!(!proof(4, 5, None).to_string().contains("extra"));
}

#[test]
fn every_leaf_of_small_logs_is_proved_through_its_file() {
    for size in 1..=9 {
        for index in 0..size {
            let file = proof(index, size, (index % 2 == 0).then(Vec::new));
            let read = TlogProof::parse(file.to_string().as_bytes()).unwrap();
            assert_eq!(read, file);
            read.verify(&leaf(index), &trust()).unwrap();
            let other = read.verify(&leaf(index + 1), &trust()).unwrap_err();
            assert_eq!(other, NotProved::Inclusion(ProofError::Inclusion { index, size }));
        }
    }
}

#[test]
fn a_proof_to_a_checkpoint_of_others_proves_nothing() {
    let stranger = SigningKey::from_seed(ORIGIN, KeyKind::Log, &[2; 32]).unwrap();
    let trust = Trust::new(ORIGIN, stranger.public().clone()).unwrap();
    assert!(matches!(proof(0, 3, None).verify(&leaf(0), &trust), Err(NotProved::Trust(TrustError::Log { .. }))));
}

#[test]
fn what_is_no_proof_is_refused_by_name() {
    let good = proof(2, 5, Some(vec![1, 2, 3])).to_string();
    let hash = good.lines().nth(3).unwrap();
    for (from, to, expected) in [
        ("proof@v1", "proof@v2", TlogProofError::Header),
        ("extra AQID", "extra AQI", TlogProofError::Extra),
        ("extra AQID\n", "extra AQID\nextra AQID\n", TlogProofError::Index),
        ("index 2", "index 02", TlogProofError::Index),
        ("index 2", "index -2", TlogProofError::Index),
        ("index 2\n", "", TlogProofError::Index),
        (hash, "AQID", TlogProofError::Hash { line: 1 }),
        (hash, &[hash; 64].join("\n"), TlogProofError::Hash { line: 64 }),
        ("=\n\nexample", "=\nexample", TlogProofError::Hash { line: 4 }),
        ("example.com/log\n", "\n", TlogProofError::Checkpoint(CheckpointError::Origin { origin: String::new() })),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good);
        assert_eq!(TlogProof::parse(changed.as_bytes()), Err(expected), "{changed}");
    }
    assert_eq!(TlogProof::parse(b"\xff\n\n"), Err(TlogProofError::Characters));
    assert_eq!(TlogProof::parse(b""), Err(TlogProofError::NoCheckpoint));
    assert_eq!(TlogProof::parse(&vec![b'a'; MAX_PROOF_BYTES + 1]), Err(TlogProofError::TooLong));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))] // signatures are slow in a debug build

    #[test]
    fn no_changed_bit_is_believed(size in 1_u64..40, at: prop::sample::Index, byte: prop::sample::Index, bit in 0_u8..8) {
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        let mut bytes = proof(index, size, None).to_string().into_bytes();
        let place = byte.index(bytes.len());
        bytes[place] ^= 1 << bit;
        if let Ok(read) = TlogProof::parse(&bytes) {
            prop_assert!(read.verify(&leaf(index), &trust()).is_err());
        }
    }

    #[test]
    fn what_is_read_is_written_the_same(bytes in "c2sp.org/tlog-proof@v1\n(extra [A-Za-z0-9+/=]{0,8}\n)?index [0-9]{1,3}\n([A-Za-z0-9]{42}[AEI]=\n){0,3}") {
        let file = bytes + "\n" + &CHECKPOINT;
        if let Ok(read) = TlogProof::parse(file.as_bytes()) {
            prop_assert_eq!(read.to_string(), file);
        }
    }

    #[test]
    fn hostile_bytes_are_errors(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(TlogProof::parse(&bytes).is_err());
    }
}
