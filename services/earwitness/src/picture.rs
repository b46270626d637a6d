//! A room as a picture: what became of every second, flags and listeners, on one axis of wall time.

mod svg;
mod terminal;

use chrono::{DateTime, Duration, Utc};
use store::{RoomShow, Seconds};

pub(crate) use svg::as_svg;
pub(crate) use terminal::for_terminal;

/// What the picture shows, on its axis.
struct Picture<'a> {
    shown: &'a RoomShow,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    lanes: Vec<Lane<'a>>,
}

/// One stream.
struct Lane<'a> {
    name: &'a str,
    /// In order of time, without overlap.
    spans: Vec<Span>,
}

/// A stretch in one state; `between` is no state of sound, but part of the account.
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    state: &'static str,
}

/// The states in the order of legends, with the colour and the sign of each.
const STATES: [(&str, &str, char); 8] = [
    ("transcribed", "#2f6fb2", '█'),
    ("silence", "#d9dee4", '·'),
    ("music", "#8d6cab", '♪'),
    ("noise", "#b9a77c", '░'),
    ("lost", "#c8402f", '×'),
    ("deferred", "#e0992f", 'd'),
    ("pending", "#f0d27a", '…'),
    ("between", "#ffffff", ' '),
];

impl<'a> Picture<'a> {
    fn of(shown: &'a RoomShow) -> Self {
        let lanes: Vec<Lane<'_>> = shown.coverage.streams.iter().map(lane).collect();
        let spans = || lanes.iter().flat_map(|lane| &lane.spans);
        let first = spans().map(|span| span.from).chain(shown.room.scheduled).min().unwrap_or(DateTime::UNIX_EPOCH);
        let last = spans().map(|span| span.to).max().unwrap_or(first);
        Self { shown, from: first, to: last.max(first + Duration::seconds(1)), lanes }
    }

    /// Where an instant lies on the axis, 0 to 1.
    fn place(&self, at: DateTime<Utc>) -> f64 {
        let whole = (self.to - self.from).as_seconds_f64();
        ((at - self.from).as_seconds_f64() / whole).clamp(0.0, 1.0)
    }

    /// Listeners at an instant; none where unknown.
    fn listeners_at(&self, at: DateTime<Utc>) -> Option<i64> {
        self.shown.listeners.iter().rfind(|step| step.from <= at).map(|step| step.listeners)
    }

    /// Wall times to mark on the axis, at most about ten, at even minutes.
    fn ticks(&self) -> Vec<DateTime<Utc>> {
        let whole = (self.to - self.from).num_seconds();
        let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
        let step = steps.into_iter().find(|step| whole / step <= 10).unwrap_or(86_400);
        let first = self.from.timestamp().div_euclid(step) * step + step;
        (0..=11)
            .filter_map(|index| DateTime::from_timestamp(first + index * step, 0))
            .take_while(|tick| *tick <= self.to)
            .collect()
    }

    /// How late the first speech came after the scheduled start, in seconds.
    fn delay(&self) -> Option<f64> {
        let speech = self.lanes.iter().flat_map(|lane| &lane.spans).filter(|span| span.state == "transcribed");
        let first = speech.map(|span| span.from).min()?;
        Some((first - self.shown.room.scheduled?).as_seconds_f64())
    }
}

fn lane(stream: &store::StreamCoverage) -> Lane<'_> {
    let mut spans = Vec::new();
    for epoch in &stream.epochs {
        let wall =
            |sample: i64| epoch.began + Duration::microseconds(domain::StreamTime::from_samples(sample).micros());
        let before = stream.between.iter().filter(|between| between.before_epoch == epoch.epoch);
        spans.extend(before.map(|between| Span { from: between.from, to: between.to, state: "between" }));
        spans.extend(epoch.intervals.iter().map(|interval| Span {
            from: wall(interval.first),
            to: wall(interval.end),
            state: interval.state.as_str(),
        }));
    }
    Lane { name: &stream.stream, spans }
}

/// Seconds in each state, in the order of [`STATES`].
fn seconds_by_state(of: &Seconds) -> [f64; 8] {
    [of.transcribed, of.silence, of.music, of.noise, of.lost, of.deferred, of.pending, of.between]
}

#[cfg(test)]
mod tests;
