//! What makes the record provable: audit events, the log over them, its signed heads and proofs. Pure.
//!
//! The canonical form is RFC 8785 by `serde_json_canonicalizer`, which follows the RFC for every number and string;
//! the hash is `sha2`. Both can be redone with stock tools: `printf '\0'`, the salt, the canonical line, `sha256sum`.
//!
//! The tree is RFC 9162, its heads are C2SP checkpoints in signed notes (`ed25519-dalek`, `base64`), its proofs C2SP
//! tlog-proof files, so that any tool for these can check them. Tree and notes are ours: they are the core of what we
//! promise, they are short, and the kept crates (`tlog_tiles`, `ct-merkle`) hold either no right edge that can be
//! resumed or no cosignatures. Stamps of third parties on a head are RFC 3161. `cargo run -p ledger --example independent`
//! puts our files before Go's implementation. Notes, checkpoints, keys and proofs have one spelling each, and nothing
//! that reads foreign bytes panics.
#![deny(missing_docs)]

mod check;
mod checkpoint;
mod event;
mod instant;
mod key;
mod line;
pub mod merkle;
mod note;
mod rotation;
mod timestamp;
mod tlog_proof;
mod trust;
mod witness;

pub use check::{CheckSummary, Difference, LogCheck, StoredEvent};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use event::{AuditEvent, EventError, LeafHash, MAX_INTEGER, SALT_BYTES};
pub use instant::{format_instant, truncate_instant};
pub use key::{KeyError, KeyKind, SigningKey, VerifyingKey};
pub use note::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError, NoteSignature, Verified};
pub use rotation::{Rotation, RotationError};
pub use timestamp::{
    MAX_TIMESTAMP_BYTES, Timestamp, TimestampError, timestamp_query, timestamp_token, verify_timestamp,
};
pub use tlog_proof::{MAX_PROOF_BYTES, NotProved, TlogProof, TlogProofError};
pub use trust::{Trust, TrustError, Witnessed};
pub use witness::{Cosignature, WitnessError, add_checkpoint_request, cosignature, size_signed_last};
