//! What can be wrong with a log, by name.

use uuid::Uuid;

use crate::checkpoint::CheckpointError;
use crate::event::EventError;
use crate::trust::TrustError;

/// One way in which a log is not what its checkpoints stand for.
#[derive(Debug, thiserror::Error)]
pub enum Difference {
    /// Events are not there: `[first, end)`.
    #[error("the events from {first} up to {end} are missing, {end} not among them")]
    Missing {
        /// The first place without an event.
        first: u64,
        /// The next place with one.
        end: u64,
    },
    /// Two events for one place, or events out of order.
    #[error("an event says that it is number {seq}, where {expected} is next")]
    Repeated {
        /// Its place.
        seq: u64,
        /// The place that was next.
        expected: u64,
    },
    /// The event or the hash stored with it was changed.
    #[error("event {seq} ({audit_event_id}) does not have the hash that is stored with it")]
    Leaf {
        /// Its place.
        seq: u64,
        /// Its id, as stored.
        audit_event_id: Uuid,
    },
    /// The event has no canonical form, so it is not what was recorded.
    #[error("event {seq} cannot be hashed")]
    Unhashable {
        /// Its place.
        seq: u64,
        /// Why.
        #[source]
        source: EventError,
    },
    /// A checkpoint cannot be read.
    #[error("checkpoint number {ordinal} cannot be read")]
    CheckpointForm {
        /// Its place among the checkpoints, from 0.
        ordinal: u64,
        /// Why.
        #[source]
        source: CheckpointError,
    },
    /// A checkpoint of another log, or without the signatures that are asked for.
    #[error("checkpoint number {ordinal}, of size {size}, is not to be believed")]
    CheckpointTrust {
        /// Its place among the checkpoints, from 0.
        ordinal: u64,
        /// The size that it names.
        size: u64,
        /// Why.
        #[source]
        source: TrustError,
    },
    /// A log only grows.
    #[error("checkpoint number {ordinal} is of size {size}, after one of size {last}")]
    CheckpointOrder {
        /// Its place among the checkpoints, from 0.
        ordinal: u64,
        /// Its size.
        size: u64,
        /// The size of the one before it.
        last: u64,
    },
    /// Two sound checkpoints of one size name two roots: the log has shown two faces.
    #[error("two checkpoints of size {size} have different roots")]
    Fork {
        /// The size.
        size: u64,
    },
    /// The events do not give the signed root. What was changed lies in `[agreed, size)`.
    #[error("the events up to {size} do not give the signed root; up to {agreed} they do")]
    Root {
        /// The checkpoint's size.
        size: u64,
        /// The largest size before it whose root agreed, 0 where there is none.
        agreed: u64,
    },
    /// No root can be computed any more, because of a difference that was reported before.
    #[error("the checkpoint of size {size} cannot be compared, because of what is wrong from event {since} on")]
    Unprovable {
        /// The checkpoint's size.
        size: u64,
        /// The leaf from which on nothing is proved.
        since: u64,
    },
    /// A checkpoint stands for more events than there are.
    #[error("the checkpoint of size {size} stands for more events than the log has; it ends before event {end}")]
    Truncated {
        /// The checkpoint's size.
        size: u64,
        /// The place after the log's last event.
        end: u64,
    },
}
