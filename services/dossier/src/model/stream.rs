//! Streams, their connections, and what became of every second.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{BetweenReason, CoverageReason, CoverageState, StreamTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Window, Word, instant, maybe_instant};

domain::closed! {
    /// How a connection came to its end.
    ClosedHow "end of an epoch" {
        /// The source, or the run that read it, said so.
        Ended = "ended",
        /// Nothing came for too long.
        Idle = "idle",
        /// The stream's next epoch opened.
        Superseded = "superseded",
    }
}

/// One track of sound in the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// Its name in the room.
    pub stream: String,
    /// Its id, by which audit events name it.
    pub id: Uuid,
    /// Its connections, in order.
    pub epochs: Vec<Epoch>,
    /// Wall time without a connection: before the first epoch since the scheduled start, and between two; in order.
    pub between: Vec<Between>,
}

/// One unbroken connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Its number, from 0.
    pub epoch: u32,
    /// Wall time of its first sample.
    #[serde(with = "instant")]
    pub began: DateTime<Utc>,
    /// When it was closed; none while it is open.
    #[serde(with = "maybe_instant")]
    pub ended: Option<DateTime<Utc>>,
    /// How it was closed; none while it is open.
    pub closed: Option<ClosedHow>,
    /// Its length in samples as far as it is known.
    pub samples: i64,
    /// Where the sound came from, as a person would name it.
    pub source: String,
    /// The language expected, BCP 47.
    pub language: String,
    /// Tile `0..samples`, in order; neighbours differ in state or reason.
    pub intervals: Vec<Interval>,
    /// What was heard, in order; windows tile what is stored of the epoch.
    pub windows: Vec<Window>,
}

/// A stretch in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// What became of it.
    pub state: CoverageState,
    /// Why; always there for `lost`, `deferred` and `pending`.
    pub reason: Option<CoverageReason>,
}

/// A stretch of wall time without a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Between {
    /// The epoch that follows.
    pub before_epoch: u32,
    /// The scheduled start, or the end of the epoch before.
    #[serde(with = "instant")]
    pub from: DateTime<Utc>,
    /// Where the epoch begins.
    #[serde(with = "instant")]
    pub to: DateTime<Utc>,
    /// Why.
    pub reason: BetweenReason,
}

impl Epoch {
    /// Wall time of the sample `at`.
    pub fn wall(&self, at: i64) -> DateTime<Utc> {
        self.began
            .checked_add_signed(TimeDelta::microseconds(StreamTime::from_samples(at).micros()))
            .unwrap_or(self.began)
    }

    /// Wall time of the sample `at`, counted from the beginning of the window that holds it, which the source's clock may
    /// have moved; none where no window begins before it.
    pub fn wall_in_window(&self, at: i64) -> Option<DateTime<Utc>> {
        let after = self.windows.partition_point(|window| window.first <= at);
        let window = self.windows.get(after.checked_sub(1)?)?;
        let offset = TimeDelta::microseconds(StreamTime::from_samples(at.saturating_sub(window.first)).micros());
        window.began.checked_add_signed(offset)
    }

    /// The words of the windows that reach into a range, in order.
    pub fn words_around(&self, first: i64, end: i64) -> impl Iterator<Item = &Word> {
        let from = self.windows.partition_point(|window| window.end <= first);
        let around = self.windows[from..].iter().take_while(move |window| window.first < end);
        around.flat_map(|window| window.segments.iter().flat_map(|segment| &segment.words))
    }

    /// What was said in a range: the words whose middle lies in it, but those whose text is erased.
    pub fn said(&self, first: i64, end: i64) -> String {
        let inside = |word: &&Word| (first..end).contains(&(word.first.saturating_add(word.end) / 2));
        let texts = self.words_around(first, end).filter(inside).map(|word| word.word.as_str());
        texts.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Wall time of the sample after its last.
    pub fn end(&self) -> DateTime<Utc> {
        self.wall(self.samples)
    }
}
