//! The work on one partition: its lease, how far it was read, the epochs in it.

use std::collections::BTreeMap;

use domain::{CoverageReason, EpochKey};
use store::Lease;

use crate::{epoch::EpochWork, log_end::LogEnd};

/// A partition that is ours.
pub(crate) struct PartitionWork {
    pub(crate) lease: Lease,
    /// The offset after the last record taken.
    pub(crate) next: i64,
    /// The position that is stored.
    pub(crate) stored: i64,
    pub(crate) paused: bool,
    pub(crate) log_end: LogEnd,
    /// The topic deleted records before we read them: what is missing next was lost to retention.
    pub(crate) truncated: bool,
    pub(crate) epochs: BTreeMap<EpochKey, EpochWork>,
}

impl PartitionWork {
    pub(crate) fn new(lease: Lease, next_offset: Option<i64>) -> Self {
        let next = next_offset.unwrap_or(0);
        Self {
            lease,
            next,
            stored: next,
            paused: false,
            log_end: LogEnd::default(),
            truncated: false,
            epochs: BTreeMap::new(),
        }
    }

    /// Where a restart must read on: the oldest record that an unstored window needs.
    pub(crate) fn position(&self) -> i64 {
        let needed = self.epochs.values().filter_map(EpochWork::needed_offset).min();
        needed.unwrap_or(self.next).min(self.next)
    }

    /// Samples of sound in closed windows that are not stored, of the fullest stream.
    pub(crate) fn backlog(&self) -> i64 {
        self.epochs.values().map(EpochWork::backlog).max().unwrap_or(0)
    }

    /// Other epochs of the same stream that came before `key` and have not ended.
    pub(crate) fn superseded_by(&self, key: &EpochKey) -> Vec<EpochKey> {
        let is_earlier = |work: &&EpochWork| {
            work.end.is_none()
                && (&work.key.room, &work.key.stream) == (&key.room, &key.stream)
                && work.key.epoch < key.epoch
        };
        self.epochs.values().filter(is_earlier).map(|work| work.key.clone()).collect()
    }

    /// Records before `first_available` were deleted unread.
    pub(crate) fn truncate(&mut self, first_available: i64) {
        self.truncated = true;
        self.next = self.next.max(first_available);
        let epochs = self.epochs.values_mut();
        epochs.for_each(|epoch| epoch.windower.expect_missing(CoverageReason::RetentionExpired));
    }

    /// The log lost its tail and is read again from `offset` on, which is stored as the position.
    pub(crate) fn read_again_from(&mut self, offset: i64) {
        (self.next, self.stored) = (offset, offset);
        self.log_end = LogEnd::default();
        self.epochs.values_mut().for_each(|epoch| epoch.read_again_from(offset));
    }
}
