//! A heard window: the unit of idempotence. Its words, its segments, and the intervals that tile it.

use serde::{Deserialize, Serialize};

use crate::{
    closed::{CoverageReason, CoverageState, Hearing},
    ids::{RoomId, StreamId, StreamName, WindowId, stream_id, window_id},
    time::{Epoch, StreamRange, StreamTime},
};

/// Names one epoch of one stream of one room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EpochKey {
    /// The room.
    pub room: RoomId,
    /// The stream's name in the room.
    pub stream: StreamName,
    /// The epoch.
    pub epoch: Epoch,
}

impl EpochKey {
    /// The stream's id.
    pub fn stream_id(&self) -> StreamId {
        stream_id(&self.room, &self.stream)
    }

    /// The id of the window that begins at `first`.
    pub fn window_id(&self, first: StreamTime) -> WindowId {
        window_id(self.stream_id(), self.epoch, first)
    }
}

/// A word as heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As the recogniser wrote it, with case and punctuation, without spaces around it.
    #[serde(rename = "word")]
    pub text: String,
    /// Its first sample in the epoch.
    pub first: StreamTime,
    /// The sample after its last; never before `first`.
    pub end: StreamTime,
    /// Mean probability of its tokens, 0 to 1.
    pub p: f32,
    /// Whether a second hearing reports it too; none while heard once.
    pub verified: Option<bool>,
}

/// A timed run of final text inside one window, by one speaker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// From its first word to its last.
    pub range: StreamRange,
    /// Who speaks, where the source says so.
    pub speaker: Option<String>,
    /// The words joined by single spaces (or as written, in scripts without spaces).
    pub text: String,
    /// How far it can be relied on.
    pub hearing: Hearing,
    /// In order of time.
    pub words: Vec<Word>,
}

/// A stretch of an epoch in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Where.
    pub range: StreamRange,
    /// In which state.
    pub state: CoverageState,
    /// Why; always there for `lost`, `deferred` and `pending`.
    pub reason: Option<CoverageReason>,
}

/// What made a window's text, so that it can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// The model's name: `tiny.en`.
    pub model: String,
    /// SHA-256 of its file, lower-case hex.
    pub model_sha256: String,
    /// The recogniser library and its version.
    pub library: String,
    /// Everything that decides the result, as canonical JSON.
    pub settings: String,
}

/// A window with all that was heard in it. Windows tile the epoch; its intervals tile the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardWindow {
    /// Of which epoch.
    pub key: EpochKey,
    /// Which stretch of it.
    pub range: StreamRange,
    /// The language that was pinned.
    pub language: String,
    /// What made the text; none where nothing was decoded.
    pub provenance: Option<Provenance>,
    /// In order of time.
    pub segments: Vec<Segment>,
    /// Tile `range`.
    pub intervals: Vec<Interval>,
    /// Names of the guards that fired, with their values.
    pub guards: Vec<String>,
    /// Calls of the recogniser that it took: 0 where there was no speech, 2 after a retry.
    pub attempts: u32,
    /// Whether the next window follows without a pause, so that words were matched over the seam.
    pub seam: bool,
}

impl HeardWindow {
    /// Its id.
    pub fn id(&self) -> WindowId {
        self.key.window_id(self.range.first())
    }

    /// All its words in order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }
}

/// Intervals that do not tile what they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TilingError {
    /// A stretch stands in no interval.
    #[error("samples {from} to {to} stand in no interval")]
    Gap {
        /// First sample of the hole.
        from: i64,
        /// The sample after it.
        to: i64,
    },
    /// A stretch stands in two intervals, or beyond what should be tiled.
    #[error("samples from {from} on stand in two intervals, or outside")]
    Overlap {
        /// First sample concerned.
        from: i64,
    },
    /// A state that needs a reason has none.
    #[error("the interval at sample {at} is {state} without a reason")]
    NoReason {
        /// Its first sample.
        at: i64,
        /// Its state.
        state: CoverageState,
    },
}

/// Checks that `intervals` tile `range` in order, and that each has the reason that its state needs.
///
/// # Errors
/// [`TilingError`] names the first place that is wrong.
pub fn check_tiling(range: StreamRange, intervals: &[Interval]) -> Result<(), TilingError> {
    let mut at = range.first();
    for interval in intervals {
        let first = interval.range.first();
        if first > at {
            return Err(TilingError::Gap { from: at.samples(), to: first.samples() });
        }
        if first < at || interval.range.end() > range.end() {
            return Err(TilingError::Overlap { from: first.samples() });
        }
        if interval.state.needs_reason() && interval.reason.is_none() {
            return Err(TilingError::NoReason { at: first.samples(), state: interval.state });
        }
        at = interval.range.end();
    }
    if at < range.end() {
        return Err(TilingError::Gap { from: at.samples(), to: range.end().samples() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(intervals: &[(i64, i64, CoverageState)], expected: Result<(), TilingError>) {
        let intervals: Vec<_> = intervals
            .iter()
            .map(|&(first, end, state)| Interval {
                range: StreamRange::from_samples(first, end).unwrap(),
                state,
                reason: None,
            })
            .collect();
        assert_eq!(check_tiling(StreamRange::from_samples(0, 100).unwrap(), &intervals), expected);
    }

    #[test]
    fn every_sample_stands_in_exactly_one_interval() {
        use CoverageState::{Lost, Music, Silence};
        check(&[(0, 60, Music), (60, 100, Silence)], Ok(()));
        check(&[], Err(TilingError::Gap { from: 0, to: 100 }));
        check(&[(0, 60, Music), (61, 100, Silence)], Err(TilingError::Gap { from: 60, to: 61 }));
        check(&[(0, 60, Music), (59, 100, Silence)], Err(TilingError::Overlap { from: 59 }));
        check(&[(0, 101, Music)], Err(TilingError::Overlap { from: 0 }));
        check(&[(0, 100, Lost)], Err(TilingError::NoReason { at: 0, state: Lost }));
    }
}
