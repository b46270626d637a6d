//! Where reading starts, given what is stored outside and what the broker still has.

use crate::Watermarks;

/// The decision for one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// At the position asked for, or at the oldest record where none was.
    At(i64),
    /// Records were deleted before they were read: at the oldest one left.
    Truncated {
        /// The oldest record left.
        first_available: i64,
    },
    /// The log ends before the position asked for: at the oldest record, since nothing says which ones are new.
    RolledBack {
        /// The oldest record.
        first_available: i64,
        /// Where the log ends.
        end: i64,
    },
}

impl Start {
    pub(crate) fn decide(next_offset: Option<i64>, held: Watermarks) -> Self {
        match next_offset {
            Some(wanted) if wanted < held.first => Self::Truncated { first_available: held.first },
            Some(wanted) if wanted > held.end => Self::RolledBack { first_available: held.first, end: held.end },
            Some(wanted) => Self::At(wanted),
            None => Self::At(held.first),
        }
    }

    pub(crate) fn offset(self) -> i64 {
        match self {
            Self::At(offset) => offset,
            Self::Truncated { first_available } | Self::RolledBack { first_available, .. } => first_available,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Start;
    use crate::Watermarks;

    #[track_caller]
    fn check(next_offset: Option<i64>, start: Start) {
        let held = Watermarks { partition: 0, first: 10, end: 20 };
        assert_eq!(Start::decide(next_offset, held), start);
    }

    #[test]
    fn a_stored_position_is_taken_as_it_is() {
        check(Some(10), Start::At(10));
        check(Some(15), Start::At(15));
        check(Some(20), Start::At(20));
    }

    #[test]
    fn without_a_position_everything_is_read() {
        check(None, Start::At(10));
    }

    #[test]
    fn a_position_that_was_deleted_is_reported() {
        check(Some(9), Start::Truncated { first_available: 10 });
    }

    #[test]
    fn a_position_past_the_end_is_reported() {
        check(Some(21), Start::RolledBack { first_available: 10, end: 20 });
    }
}
