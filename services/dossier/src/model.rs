//! What a dossier says about one room, as plain values: from rows alone, and complete in itself.
//!
//! Stream time is in samples (16,000 a second), ranges are half open, wall time is RFC 3339 with six digits. Lists have
//! a fixed order, told at each, so that the same rows give the same bytes. Nothing is personal but what the room gave
//! itself: the names of its hosts and speakers, and what they said.

mod clip;
mod decided;
mod flag;
mod form;
mod heard;
mod observed;
mod stream;
mod totals;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
pub use clip::{Clip, ClipState};
pub use decided::Case;
pub use flag::{Exposure, ExposureEnd, Finding, Flag};
pub use form::Probability;
pub(crate) use form::{instant, maybe_instant};
pub use heard::{Model, Screened, Segment, Setting, Window, Word};
use ledger::SignedCheckpoint;
pub use observed::{AccessAttempt, Assertion, AttemptResult, ListenerStep};
use serde::{Deserialize, Serialize};
pub use stream::{Between, ClosedHow, Epoch, Interval, Stream};
pub use totals::{Count, StateTime, Totals};

/// The form of the record, its first line of defence against a reader of another one.
pub const FORMAT: &str = "earwitness/dossier/v1";

/// Everything that a bundle says about one room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// [`FORMAT`].
    pub format: String,
    /// The program that wrote it, with its version.
    pub product: String,
    /// The moment up to which rows were read, where one was asked for.
    #[serde(with = "maybe_instant")]
    pub as_of: Option<DateTime<Utc>>,
    /// The head of the log that everything is pinned to.
    pub pin: Pin,
    /// The room.
    pub room: Room,
    /// From the first to the last moment told of; none for a room without any.
    pub period: Option<Period>,
    /// Its streams, by name.
    pub streams: Vec<Stream>,
    /// Listeners over time, in order; each step holds until the next.
    pub listeners: Vec<ListenerStep>,
    /// What we observed on trying to reach its sources, in order of time.
    pub attempts: Vec<AccessAttempt>,
    /// What a source or a person says happened, in order of time; never mixed with what was observed.
    pub assertions: Vec<Assertion>,
    /// Its flags, suppressed ones too, by wall time, stream and id.
    pub flags: Vec<Flag>,
    /// The cases that people opened on its flags, by id, with what was decided.
    pub cases: Vec<Case>,
    /// Every model that made something here, by hash.
    pub models: Vec<Model>,
    /// Every set of settings that made something here, by hash.
    pub settings: Vec<Setting>,
    /// The sound of its flags, by flag.
    pub clips: Vec<Clip>,
    /// Sums of all of it.
    pub totals: Totals,
}

/// The head of the log that everything is pinned to: the first that stands for the room's last event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The log's name.
    pub origin: String,
    /// Leaves that the head stands for.
    pub size: u64,
    /// The root over them, base64 as in the checkpoint.
    pub root: String,
}

impl Pin {
    /// The head that a checkpoint tells of.
    pub fn of(head: &SignedCheckpoint) -> Self {
        let head = head.checkpoint();
        Self { origin: head.origin().to_owned(), size: head.size(), root: STANDARD.encode(head.root()) }
    }
}

/// The room as it described itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// What the platform calls it.
    pub room: String,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Who hosts it, as the room gave them, in its order.
    pub hosts: Vec<String>,
    /// The language expected, BCP 47.
    pub language: Option<String>,
    /// When it was announced to start.
    #[serde(with = "maybe_instant")]
    pub scheduled: Option<DateTime<Utc>>,
    /// When we first heard of it.
    #[serde(with = "instant")]
    pub begun: DateTime<Utc>,
}

/// A stretch of wall time, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its first moment: the scheduled start or the first sample, whichever is earlier.
    #[serde(with = "instant")]
    pub from: DateTime<Utc>,
    /// Wall time of the sample after the last.
    #[serde(with = "instant")]
    pub to: DateTime<Utc>,
}

impl Dossier {
    /// All windows, by stream, epoch and time.
    pub fn windows(&self) -> impl Iterator<Item = (&Stream, &Epoch, &Window)> {
        self.epochs().flat_map(|(stream, epoch)| epoch.windows.iter().map(move |window| (stream, epoch, window)))
    }

    /// All epochs, by stream and number.
    pub fn epochs(&self) -> impl Iterator<Item = (&Stream, &Epoch)> {
        self.streams.iter().flat_map(|stream| stream.epochs.iter().map(move |epoch| (stream, epoch)))
    }

    /// All segments, by stream, epoch and time, suspect ones too.
    pub fn segments(&self) -> impl Iterator<Item = (&Stream, &Epoch, &Window, &Segment)> {
        self.windows().flat_map(|(stream, epoch, window)| {
            window.segments.iter().map(move |segment| (stream, epoch, window, segment))
        })
    }

    /// The epoch of that stream and number.
    pub fn epoch(&self, stream: &str, number: u32) -> Option<&Epoch> {
        let stream = self.streams.iter().find(|known| known.stream == stream)?;
        stream.epochs.iter().find(|epoch| epoch.epoch == number)
    }

    /// From the scheduled start or the first sample to the sample after the last, as the streams tell it.
    pub fn period_of(room: &Room, streams: &[Stream]) -> Option<Period> {
        let epochs = || streams.iter().flat_map(|stream| &stream.epochs);
        let began = epochs().map(|epoch| epoch.began).min()?;
        let to = epochs().map(Epoch::end).max()?;
        Some(Period { from: room.scheduled.map_or(began, |scheduled| scheduled.min(began)), to })
    }
}
