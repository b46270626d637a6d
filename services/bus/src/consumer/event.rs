//! What a member of a group is told.

use super::{record::ReceivedRecord, start::Start};

/// What happens to a member of a group, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The partition is ours from here on. Comes before any of its records.
    Assigned {
        /// The partition.
        partition: i32,
        /// From the claim.
        generation: i64,
        /// From the claim.
        next_offset: Option<i64>,
    },
    /// The partition is no longer ours. None of its records come after this.
    Revoked {
        /// The partition.
        partition: i32,
    },
    /// Records were deleted before they were read: `[wanted, first_available)` is lost.
    Truncated {
        /// The partition.
        partition: i32,
        /// The next record we would have read.
        wanted: i64,
        /// The next one that will come.
        first_available: i64,
    },
    /// The log ends before the stored position: the broker lost its tail, or is another one. Offsets from `end` on will
    /// be given again to other records, so the stored position must go back. Reading starts at `first_available`: what
    /// the broker lost may have been followed by new records already, and nothing says which ones those are.
    RolledBack {
        /// The partition.
        partition: i32,
        /// The stored position.
        wanted: i64,
        /// Where the log ends.
        end: i64,
        /// The next record that will come.
        first_available: i64,
    },
    /// A record of an assigned partition.
    Record(ReceivedRecord),
}

impl Start {
    /// What to tell of this start, if it is not where it was `wanted`.
    pub(super) fn event(self, partition: i32, wanted: Option<i64>) -> Option<Event> {
        let wanted = wanted?;
        match self {
            Self::At(_) => None,
            Self::Truncated { first_available } => Some(Event::Truncated { partition, wanted, first_available }),
            Self::RolledBack { first_available, end } => {
                Some(Event::RolledBack { partition, wanted, end, first_available })
            }
        }
    }
}
