//! Stream time: samples since an epoch's first sample, and half-open ranges of it.

use std::{fmt, ops::Add};

use serde::{Deserialize, Serialize};

/// Samples a second of every stream inside Earwitness; ingest resamples to it once.
pub const SAMPLE_RATE_HZ: i64 = 16_000;

/// A position in one epoch, in samples since its first sample. Media time, never wall time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamTime(i64);

impl StreamTime {
    /// The first sample of an epoch.
    pub const ZERO: Self = Self(0);

    /// A position in samples.
    pub const fn from_samples(samples: i64) -> Self {
        Self(samples)
    }

    /// A position in whole milliseconds (16 samples each).
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis * SAMPLE_RATE_HZ / 1000)
    }

    /// Samples since the epoch's first sample.
    pub const fn samples(self) -> i64 {
        self.0
    }

    /// Microseconds since the epoch's first sample, rounded down; exact to a sample (62.5 µs).
    pub const fn micros(self) -> i64 {
        self.0 * 125 / 2
    }

    /// Seconds for display and ratios; never for identity or order.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / SAMPLE_RATE_HZ as f64
    }
}

impl Add<i64> for StreamTime {
    type Output = Self;

    /// `samples` later.
    fn add(self, samples: i64) -> Self {
        Self(self.0 + samples)
    }
}

impl fmt::Display for StreamTime {
    /// Hours, minutes, seconds and milliseconds: `0:42:07.250`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 16;
        let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
        write!(f, "{hours}:{minutes:02}:{seconds:02}.{:03}", millis % 1000)
    }
}

/// Half-open `[first, end)` of one epoch, in samples since that epoch's first sample.
///
/// Invariant: `0 <= first < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawRange")]
pub struct StreamRange {
    first: StreamTime,
    end: StreamTime,
}

/// A range that is empty, reversed or begins before the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("[{first}, {end}) is not a range of samples: it must begin at 0 or later and end after it begins")]
pub struct InvalidRange {
    /// Where it would begin, in samples.
    pub first: i64,
    /// Where it would end, in samples.
    pub end: i64,
}

impl StreamRange {
    /// The range from `first` up to, and without, `end`.
    ///
    /// # Errors
    /// [`InvalidRange`] unless `0 <= first < end`.
    pub fn new(first: StreamTime, end: StreamTime) -> Result<Self, InvalidRange> {
        if first.0 < 0 || end.0 <= first.0 {
            return Err(InvalidRange { first: first.0, end: end.0 });
        }
        Ok(Self { first, end })
    }

    /// The same from plain samples.
    ///
    /// # Errors
    /// [`InvalidRange`] unless `0 <= first < end`.
    pub fn from_samples(first: i64, end: i64) -> Result<Self, InvalidRange> {
        Self::new(StreamTime(first), StreamTime(end))
    }

    /// First sample inside.
    pub const fn first(self) -> StreamTime {
        self.first
    }

    /// First sample after it.
    pub const fn end(self) -> StreamTime {
        self.end
    }

    /// Length in samples, at least 1.
    pub const fn samples(self) -> i64 {
        self.end.0 - self.first.0
    }

    /// Whether `at` lies inside.
    pub fn contains(self, at: StreamTime) -> bool {
        self.first <= at && at < self.end
    }

    /// Whether the two share a sample.
    pub fn overlaps(self, other: Self) -> bool {
        self.first < other.end && other.first < self.end
    }

    /// What the two share.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.end.min(other.end)).ok()
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), end: self.end.max(other.end) }
    }
}

impl fmt::Display for StreamRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.first.0, self.end.0)
    }
}

#[derive(Deserialize)]
struct RawRange {
    first: StreamTime,
    end: StreamTime,
}

impl TryFrom<RawRange> for StreamRange {
    type Error = InvalidRange;

    fn try_from(raw: RawRange) -> Result<Self, InvalidRange> {
        Self::new(raw.first, raw.end)
    }
}

/// The number of an unbroken connection of a stream: 0 for the first, one more for each reconnect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(u32);

impl Epoch {
    /// The epoch of that number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_never_empty_reversed_or_negative() {
        for (first, end) in [(0, 0), (5, 5), (6, 5), (-1, 5)] {
            assert_eq!(StreamRange::from_samples(first, end), Err(InvalidRange { first, end }));
        }
        assert_eq!(StreamRange::from_samples(5, 6).unwrap().samples(), 1);
    }

    #[test]
    fn ranges_that_touch_do_not_overlap() {
        let (a, b) = (StreamRange::from_samples(0, 10).unwrap(), StreamRange::from_samples(10, 20).unwrap());
        assert!(!a.overlaps(b) && a.intersection(b).is_none());
        assert_eq!(a.hull(b), StreamRange::from_samples(0, 20).unwrap());
    }

    #[test]
    fn a_deserialised_range_keeps_the_invariant() {
        assert!(serde_json::from_str::<StreamRange>(r#"{"first":4,"end":4}"#).is_err());
    }

    #[test]
    fn stream_time_reads_as_a_clock() {
        assert_eq!(StreamTime::from_millis(42 * 60_000 + 7_250).to_string(), "0:42:07.250");
        assert_eq!(StreamTime::from_samples(16_000).micros(), 1_000_000);
    }
}
