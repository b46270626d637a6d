//! The one writer of the log: gives events their places, and signs what it has added.
//!
//! Each step is one transaction under the database's lock: compare the head with the one remembered, add leaves and
//! nodes, sign. What is remembered changes after the commit alone, so that a step which was cut short anywhere is found
//! out by the next one's comparison. A head that is not the one remembered is read anew, and its tail checked, before
//! anything is signed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Checkpoint, CheckpointError, NoteError, SignedCheckpoint, SigningKey,
    merkle::{Edge, Hash, Node},
};
use store::{AuditAppend, AuditHead, NewLeaf, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::{
    check::{CheckError, Found, check_tail},
    history::{HistoryError, trust},
    key_file::{KeyFile, KeyFileError},
};

/// Events that one transaction gives their places.
const BATCH: u32 = 1_000;
/// How often to look for new events.
const EVERY: Duration = Duration::from_millis(250);
/// Checkpoints are at least so far apart.
const APART: TimeDelta = TimeDelta::seconds(1);
/// How long to wait after a refusal or a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Tells the wall time.
pub type Clock = fn() -> DateTime<Utc>;

/// Nothing was added to the log.
#[derive(Debug, thiserror::Error)]
pub enum SequencerError {
    /// What is stored is not what was signed.
    #[error(
        "the audit log differs from what was signed ({count} differences): nothing more is signed until it is mended; `earwitness audit verify` names all"
    )]
    Refused {
        /// How many differences its tail has.
        count: u64,
        /// The first of them.
        #[source]
        first: Box<Found>,
    },
    /// The rows cannot be read or written.
    #[error("the audit log cannot be read or written")]
    Store(#[from] StoreError),
    /// The tail cannot be checked.
    #[error("the audit log's tail cannot be checked")]
    Check(#[from] CheckError),
    /// The keys do not follow from each other.
    #[error("the audit log's keys cannot be followed")]
    History(#[from] HistoryError),
    /// The key cannot be had.
    #[error("the audit log cannot be signed")]
    Key(#[from] KeyFileError),
    /// The head cannot be written as a checkpoint.
    #[error("the audit log's head cannot be written")]
    Checkpoint(#[from] CheckpointError),
    /// The head cannot be signed.
    #[error("the audit log's head cannot be signed")]
    Note(#[from] NoteError),
}

/// Adds to the log and signs it.
#[derive(Debug)]
pub struct Sequencer {
    store: Store,
    key_file: KeyFile,
    writer: Option<Writer>,
    /// When the last checkpoint was signed here.
    signed_at: Option<DateTime<Utc>>,
}

/// The log as it was left.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) edge: Edge,
    pub(crate) key: SigningKey,
    pub(crate) head: AuditHead,
}

impl Sequencer {
    /// One that has not looked at the log yet.
    pub fn new(store: Store, key_file: KeyFile) -> Self {
        Self { store, key_file, writer: None, signed_at: None }
    }

    /// Adds and signs until `stop`; failures are logged, and tried again. Events wait in the database meanwhile.
    pub async fn run(mut self, clock: Clock, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let wait = match self.step(clock()).await {
                Ok(true) => continue,
                Ok(false) => EVERY,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the audit log waits");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.cancelled() => {}
            }
        }
        // What the other services wrote last is signed too, as far as it goes.
        if let Err(error) = self.step(clock()).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the end of the audit log is not signed");
        }
    }

    /// Gives one batch of events their places and signs the head if it is time; true if more may be waiting. Dropped at
    /// any point, it has done all or nothing.
    ///
    /// # Errors
    /// [`SequencerError::Refused`] over a difference; the others pass, or name what a person must mend.
    pub async fn step(&mut self, now: DateTime<Utc>) -> Result<bool, SequencerError> {
        let Some(mut append) = self.store.append_to_audit_log(false).await? else { return Ok(false) };
        let head = append.head().await?;
        let writer = match self.writer.take().filter(|writer| writer.head == head) {
            Some(writer) => writer,
            None => Writer::load(&self.store, &self.key_file, &mut append, head, now).await?,
        };
        let (mut edge, mut head) = (writer.edge.clone(), append.head().await?);
        let leaves = append.waiting(BATCH).await?;
        if !leaves.is_empty() {
            add(&mut append, &mut edge, &leaves).await?;
            head.leaves = edge.size();
        }
        let is_full = leaves.len() == BATCH as usize;
        let is_time = self.signed_at.is_none_or(|last| now >= last + APART || now < last);
        let signs = head.leaves > head.signed && is_time && !is_full;
        if signs {
            sign(&mut append, &mut head, &edge, &writer.key, now).await?;
        }
        append.commit().await?;
        self.writer = Some(Writer { edge, head, ..writer });
        if signs {
            self.signed_at = Some(now);
        }
        Ok(is_full)
    }
}

impl Writer {
    /// Takes the log up where it was left: checks its tail, finds the key in force, or begins with a first one.
    pub(crate) async fn load(
        store: &Store,
        key_file: &KeyFile,
        append: &mut AuditAppend,
        head: AuditHead,
        now: DateTime<Utc>,
    ) -> Result<Self, SequencerError> {
        let keys = append.keys().await?;
        let Some(current) = keys.last() else {
            // Whoever took the keys away must not make us begin anew under another one.
            if head.leaves > 0 || head.signed > 0 {
                return Err(HistoryError::None.into());
            }
            let key = key_file.first()?;
            append.add_key(0, &key.public().to_string(), None, now).await?;
            return Ok(Self { edge: Edge::new(), key, head });
        };
        let key = key_file.of(&current.vkey)?;
        let (mut count, mut first) = (0, None);
        let mut found = |difference| {
            count += 1;
            first.get_or_insert(Box::new(difference));
        };
        let edge = check_tail(store, &trust(&keys)?, &head, &mut found).await?;
        match (edge, first) {
            (Some(edge), None) => Ok(Self { edge, key, head }),
            (_, Some(first)) => Err(SequencerError::Refused { count, first }),
            (None, None) => {
                let gone = ledger::Difference::Unprovable { size: head.leaves, since: head.signed };
                Err(SequencerError::Refused { count: 1, first: Box::new(Found::Log(gone)) })
            }
        }
    }
}

/// Adds leaves at the end, with the nodes that they complete.
pub(crate) async fn add(append: &mut AuditAppend, edge: &mut Edge, leaves: &[NewLeaf]) -> Result<(), StoreError> {
    let (first, mut nodes) = (edge.size(), Vec::<(Node, Hash)>::new());
    for leaf in leaves {
        edge.append_with(leaf.leaf_hash, |node, hash| {
            if node.level > 0 {
                nodes.push((node, *hash));
            }
        });
    }
    append.add(first, leaves, &nodes).await
}

/// Signs the head and adds the checkpoint.
pub(crate) async fn sign(
    append: &mut AuditAppend,
    head: &mut AuditHead,
    edge: &Edge,
    key: &SigningKey,
    now: DateTime<Utc>,
) -> Result<(), SequencerError> {
    let (size, root) = (edge.size(), edge.root());
    let note = SignedCheckpoint::sign(Checkpoint::new(key.public().name(), size, root)?, key)?.to_string();
    append.add_checkpoint(size, &root, &note, now).await?;
    head.signed = size;
    head.note = Some(note);
    Ok(())
}
