//! Streams as coloured lanes: drawn to columns, so that a picture stays small however many intervals there are.

use chrono::{DateTime, Utc};
use domain::CoverageState;

use super::{Axis, wall};
use crate::{
    Dossier,
    model::{Interval, Stream},
};

/// The name for wall time without a connection, beside the states of sound.
pub const BETWEEN: &str = "between";

/// One stream on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane<'a> {
    /// The stream's name.
    pub stream: &'a str,
    /// In order, without overlap.
    pub spans: Vec<LaneSpan>,
}

/// Columns that show one state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneSpan {
    /// Its beginning on the axis, 0 to 1.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// A coverage state, or [`BETWEEN`].
    pub state: &'static str,
}

/// Every stream, on that many columns.
pub fn lanes(dossier: &Dossier, axis: Axis, width: usize) -> Vec<Lane<'_>> {
    dossier.streams.iter().map(|stream| lane(stream, axis, width)).collect()
}

fn lane(stream: &Stream, axis: Axis, width: usize) -> Lane<'_> {
    let between = stream.between.iter().map(|between| (between.from, between.to, BETWEEN));
    let intervals = stream.epochs.iter().flat_map(|epoch| {
        let stretch = |x: &Interval| (wall(epoch, x.first), wall(epoch, x.end), x.state.as_str());
        epoch.intervals.iter().map(stretch)
    });
    Lane { stream: &stream.stream, spans: columns(axis, width, between.chain(intervals)) }
}

/// Stretches of wall time drawn to columns. A column shows what weighs most in it, but for `lost`: that shows wherever
/// it touches, since nobody should have to look for it.
pub fn columns(
    axis: Axis,
    width: usize,
    stretches: impl IntoIterator<Item = (DateTime<Utc>, DateTime<Utc>, &'static str)>,
) -> Vec<LaneSpan> {
    let mut weights = vec![[0.0_f64; NAMES.len()]; width];
    for (from, to, state) in stretches {
        let Some(row) = NAMES.iter().position(|name| *name == state) else { continue };
        let (from, to) = (axis.place(from) * width as f64, axis.place(to) * width as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places lie in 0..=1")]
        let (first, last) = (from.floor() as usize, to.ceil() as usize);
        for (column, weight) in weights.iter_mut().enumerate().take(last).skip(first) {
            let inside = to.min(column as f64 + 1.0) - from.max(column as f64);
            weight[row] += if state == CoverageState::Lost.as_str() { inside + 2.0 } else { inside };
        }
    }
    let mut spans: Vec<LaneSpan> = Vec::new();
    for (column, weight) in weights.iter().enumerate() {
        let heaviest = (0..NAMES.len()).max_by(|a, b| weight[*a].total_cmp(&weight[*b])).unwrap_or(0);
        if weight[heaviest] <= 0.0 {
            continue;
        }
        let (from, to) = (column as f64 / width as f64, (column + 1) as f64 / width as f64);
        match spans.last_mut() {
            Some(last) if last.state == NAMES[heaviest] && (last.to - from).abs() < 1e-9 => last.to = to,
            _ => spans.push(LaneSpan { from, to, state: NAMES[heaviest] }),
        }
    }
    spans
}

const NAMES: [&str; 8] = ["transcribed", "silence", "music", "noise", "lost", "deferred", "pending", BETWEEN];

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn drawn(stretches: &[(i64, i64, &'static str)]) -> Vec<(f64, f64, &'static str)> {
        let from = DateTime::<Utc>::UNIX_EPOCH;
        let at = |seconds: i64| from + TimeDelta::seconds(seconds);
        let axis = Axis { from, to: at(1000) };
        let given = stretches.iter().map(|(from, to, state)| (at(*from), at(*to), *state));
        columns(axis, 10, given).into_iter().map(|span| (span.from, span.to, span.state)).collect()
    }

    #[test]
    fn every_state_has_a_column_name() {
        assert!(CoverageState::NAMES.iter().all(|name| NAMES.contains(name)));
    }

    #[test]
    fn neighbours_of_one_state_are_one_span_and_nothing_is_drawn_where_nothing_is() {
        let spans = drawn(&[(0, 100, "silence"), (100, 400, "silence"), (600, 1000, "music")]);
        assert_eq!(spans.len(), 2);
        assert!((spans[0].1 - 0.4).abs() < 1e-9 && (spans[1].0 - 0.6).abs() < 1e-9);
    }

    #[test]
    fn a_loss_of_a_second_shows_in_its_column() {
        let spans = drawn(&[(0, 449, "transcribed"), (449, 450, "lost"), (450, 1000, "transcribed")]);
        assert_eq!(spans.iter().map(|span| span.2).collect::<Vec<_>>(), ["transcribed", "lost", "transcribed"]);
    }
}
