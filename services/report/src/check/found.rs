//! What can be wrong with the stored log, by name.

use ledger::{Difference, TimestampError, TrustError, WitnessError};
use uuid::Uuid;

use crate::history::HistoryError;

/// One way in which what is stored is not what was signed.
#[derive(Debug, thiserror::Error)]
pub enum Found {
    /// What events, leaves and checkpoints say of each other.
    #[error(transparent)]
    Log(#[from] Difference),
    /// A leaf whose event was taken away.
    #[error("event {seq} ({audit_event_id}) is gone; its leaf is left")]
    EventGone {
        /// Its place.
        seq: u64,
        /// Its id.
        audit_event_id: Uuid,
    },
    /// An event that names another place than its leaf.
    #[error("event {seq} ({audit_event_id}) says that it is number {}", said.map_or("none".to_owned(), |said| said.to_string()))]
    Place {
        /// Its leaf's place.
        seq: u64,
        /// Its id.
        audit_event_id: Uuid,
        /// The place that it names.
        said: Option<i64>,
    },
    /// An event that names another hash than its leaf.
    #[error("event {seq} ({audit_event_id}) names another hash than its leaf has")]
    NamedHash {
        /// Its place.
        seq: u64,
        /// Its id.
        audit_event_id: Uuid,
    },
    /// An event that had a place, and has no leaf.
    #[error("the leaf of event {seq} ({audit_event_id}) is gone")]
    LeafGone {
        /// The place that the event names.
        seq: i64,
        /// Its id.
        audit_event_id: Uuid,
    },
    /// A stored node that the leaves below it do not give.
    #[error("node {index} on level {level} of the tree is not what its leaves give")]
    Node {
        /// Its level.
        level: u8,
        /// Its place on that level.
        index: u64,
    },
    /// A checkpoint whose note says other than the columns beside it.
    #[error("the checkpoint stored for size {size} has a note that says something else")]
    CheckpointRow {
        /// The size that it is stored under.
        size: u64,
    },
    /// The keys do not follow from each other.
    #[error("the keys of the log do not follow from each other")]
    Keys(#[from] HistoryError),
    /// The key that was given is none of the log's.
    #[error("the key given, {given}, is none of this log's")]
    GivenKey {
        /// As given.
        given: String,
    },
    /// A checkpoint that was given, and that this log's key did not sign.
    #[error("the checkpoint of size {size} that was given is not this log's")]
    KeptUnsigned {
        /// Its size.
        size: u64,
        /// Why.
        #[source]
        source: TrustError,
    },
    /// A checkpoint that was given stands for more leaves than there are.
    #[error("the checkpoint that was given stands for {size} leaves, and the log has {leaves}: it was cut short")]
    KeptTruncated {
        /// The checkpoint's size.
        size: u64,
        /// Leaves there are.
        leaves: u64,
    },
    /// A checkpoint that was given has another root than the log at that size.
    #[error("the log's first {size} events are not those that the checkpoint given stands for: it is forked")]
    KeptFork {
        /// The checkpoint's size.
        size: u64,
    },
    /// A witness's signature that is stored, and does not hold.
    #[error("the cosignature of {witness} over the checkpoint of size {size} does not hold")]
    Cosignature {
        /// The checkpoint's size.
        size: u64,
        /// The witness's key as stored.
        witness: String,
        /// Why; none where the row says other than what was signed, or its checkpoint is gone.
        #[source]
        source: Option<WitnessError>,
    },
    /// A time stamp that is stored, and does not hold.
    #[error("the time stamp of {authority} over the checkpoint of size {size} does not hold")]
    Stamp {
        /// The checkpoint's size.
        size: u64,
        /// Where it came from.
        authority: String,
        /// Why; none where the row says other than the stamp, or its checkpoint is gone.
        #[source]
        source: Option<TimestampError>,
    },
}

impl Found {
    /// Its name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Log(Difference::Missing { .. }) => "leaves_missing",
            Self::Log(Difference::Repeated { .. }) => "leaf_repeated",
            Self::Log(Difference::Leaf { .. }) => "event_changed",
            Self::Log(Difference::Unhashable { .. }) => "event_unhashable",
            Self::Log(Difference::CheckpointForm { .. }) => "checkpoint_unreadable",
            Self::Log(Difference::CheckpointTrust { .. }) => "checkpoint_unsigned",
            Self::Log(Difference::CheckpointOrder { .. }) => "checkpoint_order",
            Self::Log(Difference::Fork { .. }) => "fork",
            Self::Log(Difference::Root { .. }) => "root",
            Self::Log(Difference::Unprovable { .. }) => "unprovable",
            Self::Log(Difference::Truncated { .. }) => "truncated",
            Self::EventGone { .. } => "event_gone",
            Self::Place { .. } => "event_place",
            Self::NamedHash { .. } => "event_hash",
            Self::LeafGone { .. } => "leaf_gone",
            Self::Node { .. } => "node",
            Self::CheckpointRow { .. } => "checkpoint_row",
            Self::Keys(_) => "keys",
            Self::GivenKey { .. } => "given_key",
            Self::KeptUnsigned { .. } => "kept_unsigned",
            Self::KeptTruncated { .. } => "kept_truncated",
            Self::KeptFork { .. } => "kept_fork",
            Self::Cosignature { .. } => "cosignature",
            Self::Stamp { .. } => "stamp",
        }
    }
}
