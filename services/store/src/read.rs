//! Reading back: rooms, coverage, transcript, flags, as the command line prints them.
//!
//! What belongs together is read in one snapshot, so that a room that is still running adds up.

mod account;
mod coverage;
mod flags;
mod heard;
mod record;
mod room;
mod run;
mod transcript;

pub use coverage::{Between, Coverage, EpochCoverage, IntervalLine, Seconds, StreamCoverage};
pub use flags::{FindingLine, FlagLine};
pub use heard::HeardLine;
pub use record::{
    EpochAbout, FindingRecord, FlagRecord, RoomAbout, RoomRecord, ScreenedRecord, SegmentRecord, SettingRecord,
    WindowRecord,
};
pub use room::{RoomLine, RoomShow};
pub use run::{EpochRun, Health};
use sqlx::{Postgres, Transaction};
pub(crate) use transcript::read_words;
pub use transcript::{TranscriptLine, WordLine};

use crate::{
    connect::Store,
    error::{Doing, StoreError},
};

impl Store {
    /// A transaction in which every query sees the same moment.
    pub(crate) async fn snapshot(&self, doing: &'static str) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.pool.begin_with("begin transaction isolation level repeatable read read only").await.doing(doing)
    }
}
