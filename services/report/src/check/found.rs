//! What can be wrong with the stored log, by name.

use ledger::Difference;
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
        }
    }
}
