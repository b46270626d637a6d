//! The proof that one event is in the log, as a file that anyone can check.

use ledger::{
    CheckpointError, NotProved, SignedCheckpoint, TlogProof,
    merkle::{BuildError, MissingNode, inclusion_nodes, inclusion_proof},
};
use store::{Store, StoreError};
use uuid::Uuid;

use crate::history::{HistoryError, trust};

/// There is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// No such event, or none with a place.
    #[error("the audit log holds no event {audit_event_id}; a new one gets its place within a second")]
    NoPlace {
        /// The event.
        audit_event_id: Uuid,
    },
    /// No checkpoint stands for it yet.
    #[error("event {seq} is in the audit log, but no checkpoint stands for it yet: try again in a second")]
    Unsigned {
        /// Its place.
        seq: u64,
    },
    /// The rows cannot be read.
    #[error("the audit log cannot be read")]
    Store(#[from] StoreError),
    /// The checkpoint is none.
    #[error("the last checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// A node of the tree is missing.
    #[error("the tree cannot be read: `earwitness audit verify` names what is wrong")]
    Tree(#[from] BuildError<MissingNode>),
    /// The keys do not follow from each other.
    #[error("the keys of the log cannot be followed")]
    Keys(#[from] HistoryError),
    /// What is stored does not prove it.
    #[error("the audit log as stored does not prove event {seq}: `earwitness audit verify` names what is wrong")]
    NotProved {
        /// Its place.
        seq: u64,
        /// Why.
        #[source]
        source: NotProved,
    },
}

/// The proof that the event is in the log, up to the last checkpoint; checked before it is given out.
///
/// # Errors
/// [`ProveError`] says what is missing.
pub async fn prove(store: &Store, audit_event_id: Uuid) -> Result<TlogProof, ProveError> {
    let (seq, leaf) = store.audit_place(audit_event_id).await?.ok_or(ProveError::NoPlace { audit_event_id })?;
    let last = store.audit_checkpoint_up_to(i64::MAX.cast_unsigned()).await?;
    let last = last.filter(|last| last.size > seq).ok_or(ProveError::Unsigned { seq })?;
    let nodes = store.audit_nodes(&inclusion_nodes(seq, last.size)).await?;
    let hashes = inclusion_proof(&nodes, seq, last.size)?;
    let checkpoint = SignedCheckpoint::parse(last.note.as_bytes())?;
    let proof = TlogProof { extra: None, index: seq, hashes, checkpoint };
    let trust = trust(&store.audit_keys().await?)?;
    proof.verify(&leaf, &trust).map_err(|source| ProveError::NotProved { seq, source })?;
    Ok(proof)
}
