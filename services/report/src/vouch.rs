//! Has others vouch for the log: witnesses cosign its last checkpoint, an authority stamps it with the time.
//!
//! Neither is needed for the log to go on: who does not answer is asked again at the next time, and what is missing is
//! told. HTTP is `ureq`'s, which the product has already; it blocks, so each call has a thread of its own.

use std::time::Duration;

use ledger::{
    CheckpointError, SignedCheckpoint, TimestampError, VerifyingKey, WitnessError, add_checkpoint_request, cosignature,
    merkle::{BuildError, MissingNode, consistency_nodes, consistency_proof},
    size_signed_last, timestamp_query, timestamp_token, verify_timestamp,
};
use store::{AuditCheckpoint, AuditCosignature, AuditStamp, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::sequencer::Clock;

mod http;

pub use http::HttpError;

/// One who cosigns checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its public key.
    pub key: VerifyingKey,
    /// Its submission prefix: `/add-checkpoint` is appended.
    pub url: String,
}

/// One who stamps checkpoints with the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Where it takes `application/timestamp-query`.
    pub url: String,
    /// The certificates that it must descend from, in DER.
    pub roots: Vec<Vec<u8>>,
}

/// Nobody vouched.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// The rows cannot be read or written.
    #[error("the audit log cannot be read or written")]
    Store(#[from] StoreError),
    /// The last checkpoint is none.
    #[error("the last checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// A node of the tree is missing.
    #[error("the tree cannot be read: `earwitness audit verify` names what is wrong")]
    Tree(#[from] BuildError<MissingNode>),
    /// It did not answer, or refused.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The witness has signed a larger log than ours is: ours was cut, or another one signs under our name.
    #[error("the witness has signed size {theirs} of this log, which has {ours} leaves: it was cut short, or forked")]
    Ahead {
        /// What it has signed.
        theirs: u64,
        /// What we have signed.
        ours: u64,
    },
    /// The witness has signed another head of this size: there are two logs under one name.
    #[error("the witness has signed another head of size {size} under this log's name: the log is forked")]
    Forked {
        /// The size.
        size: u64,
    },
    /// What it sent is no cosignature of ours.
    #[error("the witness's answer does not count")]
    Witness(#[from] WitnessError),
    /// What it sent is no stamp of ours.
    #[error("the time stamp does not count")]
    Stamp(#[from] TimestampError),
    /// No random number for the query.
    #[error("the system gives no random bytes")]
    Random(#[from] getrandom::Error),
    /// The task that asked ended without an answer: a bug.
    #[error("the request ended without an answer")]
    Task(#[from] tokio::task::JoinError),
}

/// Asks others to vouch.
#[derive(Clone, Debug)]
pub struct Vouching {
    /// Where the log is.
    pub store: Store,
    /// Who cosigns.
    pub witnesses: Vec<Witness>,
    /// Who stamps.
    pub authority: Option<Authority>,
}

/// What one round came to: for each who was asked, by name, the size vouched for, or why not.
pub type Round = Vec<(String, Result<u64, VouchError>)>;

impl Vouching {
    /// Whether there is anybody to ask.
    pub fn is_empty(&self) -> bool {
        self.witnesses.is_empty() && self.authority.is_none()
    }

    /// Asks everybody `every` so often until `stop`; failures are logged.
    pub async fn run(self, every: Duration, clock: Clock, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = stop.cancelled() => return,
            }
            let round = tokio::select! {
                round = self.round(clock) => round,
                () = stop.cancelled() => return,
            };
            match round {
                Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "nobody was asked to vouch"),
                Ok(round) => round.iter().for_each(|(who, result)| match result {
                    Ok(size) => tracing::info!(who, size, "the audit log is vouched for"),
                    Err(error) => {
                        tracing::error!(
                            who,
                            error = error as &dyn std::error::Error,
                            "the audit log is not vouched for"
                        );
                    }
                }),
            }
        }
    }

    /// Asks each once for the last checkpoint, one after the other; none of them where there is no checkpoint yet. Who
    /// vouched for it already is not asked.
    ///
    /// # Errors
    /// [`VouchError::Store`], [`VouchError::Checkpoint`]; what the others answered is in the list.
    pub async fn round(&self, clock: Clock) -> Result<Round, VouchError> {
        let Some(last) = self.store.audit_checkpoint_up_to(i64::MAX.cast_unsigned()).await? else {
            return Ok(Vec::new());
        };
        let mut round = Vec::new();
        for witness in &self.witnesses {
            round.push((witness.key.name().to_owned(), self.cosign(witness, &last, clock).await));
        }
        if let Some(authority) = &self.authority {
            round.push((authority.url.clone(), self.stamp(authority, &last, clock).await));
        }
        Ok(round)
    }

    async fn cosign(&self, witness: &Witness, last: &AuditCheckpoint, clock: Clock) -> Result<u64, VouchError> {
        let checkpoint = SignedCheckpoint::parse(last.note.as_bytes())?;
        let (vkey, size) = (witness.key.to_string(), last.size);
        let mut old = self.store.audit_cosigned_up_to(Some(&vkey)).await?;
        if old == size {
            return Ok(size);
        }
        let mut is_told = false;
        let answer = loop {
            let nodes = self.store.audit_nodes(&consistency_nodes(old, size)).await?;
            let proof = if old == 0 { Vec::new() } else { consistency_proof(&nodes, old, size)? };
            let body = add_checkpoint_request(old, &proof, &checkpoint);
            let url = format!("{}/add-checkpoint", witness.url.trim_end_matches('/'));
            let answer = http::post(url, "text/plain; charset=utf-8", body.into_bytes()).await?;
            match (answer.status, size_signed_last(&answer.body)) {
                (200, _) => break answer.body,
                // What it signed last differs from what we know of: a crash came before we kept it, or it is new.
                (409, Some(theirs)) if theirs > size => return Err(VouchError::Ahead { theirs, ours: size }),
                (409, Some(theirs)) if theirs == size && old == size => return Err(VouchError::Forked { size }),
                (409, Some(theirs)) if !is_told => (old, is_told) = (theirs, true),
                _ => return Err(answer.refused(witness.key.name()).into()),
            }
        };
        let found = cosignature(&checkpoint, &answer, &witness.key)?;
        let now = clock();
        let signed_at = found.by.signed_at.unwrap_or(now);
        self.store.add_audit_cosignature(&AuditCosignature { size, vkey, line: found.line, signed_at }, now).await?;
        Ok(size)
    }

    async fn stamp(&self, authority: &Authority, last: &AuditCheckpoint, clock: Clock) -> Result<u64, VouchError> {
        let size = last.size;
        if self.store.audit_stamped_up_to(Some(&authority.url)).await? == size {
            return Ok(size);
        }
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce)?;
        let query = timestamp_query(last.note.as_bytes(), nonce)?;
        let answer = http::post(authority.url.clone(), "application/timestamp-query", query).await?;
        if answer.status != 200 {
            return Err(answer.refused(&authority.url).into());
        }
        let token = timestamp_token(&answer.body)?;
        let stamp = verify_timestamp(&token, last.note.as_bytes(), &authority.roots, Some(nonce))?;
        let kept = AuditStamp { size, authority: authority.url.clone(), token, stamped_at: stamp.at };
        self.store.add_audit_stamp(&kept, clock()).await?;
        Ok(size)
    }
}
