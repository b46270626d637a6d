//! Our notes, checkpoints and proofs before Go's own implementation of them: `cargo run -p ledger --example independent`.
//!
//! No test, because it needs Go and its module proxy, and a test that is left out looks like one that passed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use ledger::merkle::{Edge, Hash, Node, consistency_proof, inclusion_proof, leaf_hash};
use ledger::{Checkpoint, KeyKind, Note, SignedCheckpoint, SigningKey, TlogProof};

const ORIGIN: &str = "example.com/log";
const SIZE: u64 = 1_000;
const OLD_SIZE: u64 = 713;
const INDEX: u64 = 700;

const EXPECTED: &str = "note 1 good, 1 unknown\ncosignature of 1789243200\ninclusion of leaf 700 in 1000\n\
     consistency from 713 to 1000\nnote of its own\n";

fn leaf(at: u64) -> Hash {
    leaf_hash(&at.to_be_bytes())
}

fn write_log(folder: &Path, log: &SigningKey) -> anyhow::Result<()> {
    let witness = SigningKey::from_seed("example.com/witness", KeyKind::Witness, &[2; 32])?;
    let (mut edge, mut nodes, mut older) = (Edge::new(), BTreeMap::<Node, Hash>::new(), Edge::new());
    for at in 0..SIZE {
        if at == OLD_SIZE {
            older = edge.clone();
        }
        edge.append_with(leaf(at), |node, hash| nodes.extend([(node, *hash)]));
    }
    let signed = |edge: &Edge| -> anyhow::Result<_> {
        Ok(SignedCheckpoint::sign(Checkpoint::new(ORIGIN, edge.size(), edge.root())?, log)?)
    };
    let mut checkpoint = signed(&edge)?;
    checkpoint.note_mut().cosign(&witness, DateTime::<Utc>::from_timestamp(1_789_243_200, 0).unwrap_or_default())?;
    let hashes = inclusion_proof(&nodes, INDEX, SIZE)?;
    let grown: Vec<_> = consistency_proof(&nodes, OLD_SIZE, SIZE)?.iter().map(|hash| STANDARD.encode(hash)).collect();
    for (name, text) in [
        ("vkey", log.public().to_string()),
        ("private", log.to_private_text()),
        ("witness", witness.public().to_string()),
        ("checkpoint", checkpoint.to_string()),
        ("older", signed(&older)?.to_string()),
        ("leaf", STANDARD.encode(leaf(INDEX))),
        ("consistency", grown.join("\n")),
        ("proof.tlog-proof", TlogProof { extra: None, index: INDEX, hashes, checkpoint }.to_string()),
    ] {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// Ends with an error that names what Go did not find good.
fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let log = SigningKey::from_seed(ORIGIN, KeyKind::Log, &[1; 32])?;
    write_log(folder.path(), &log)?;
    let run = Command::new("go")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/independent"))
        .args(["run", "."])
        .arg(folder.path())
        .output()
        .context("cannot run go: this check needs Go 1.26 or newer on the path")?;
    let found = String::from_utf8_lossy(&run.stdout);
    ensure!(found == EXPECTED, "Go found {found:?}, not {EXPECTED:?}: {}", String::from_utf8_lossy(&run.stderr));
    let theirs = Note::parse(&std::fs::read(folder.path().join("theirs"))?)?;
    theirs.verify([log.public()]).context("Go's note is not good")?;
    std::io::stdout().write_all(found.as_bytes())?;
    Ok(())
}
