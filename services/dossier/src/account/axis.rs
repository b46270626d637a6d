//! The axis of wall time on which everything of a room is drawn.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Dossier, model::Epoch};

/// A stretch of wall time that is at least a second long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
}

/// A moment to mark on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, from 0 to 1.
    pub at: f64,
    /// `18:42`, or `18:42:30` where minutes are not enough.
    pub label: String,
}

impl Axis {
    /// All that is told of a room: its period, and attempts before it.
    pub fn of(dossier: &Dossier) -> Self {
        let begun = dossier.room.begun;
        let (from, to) = dossier.period.map_or((begun, begun), |period| (period.from, period.to));
        let attempts = || dossier.attempts.iter().map(|attempt| attempt.at);
        let from = attempts().min().map_or(from, |first| from.min(first));
        let to = attempts().max().map_or(to, |last| to.max(last));
        Self { from, to: to.max(from + TimeDelta::seconds(1)) }
    }

    /// Where a moment lies, 0 to 1; what lies outside is at the edge.
    pub fn place(&self, at: DateTime<Utc>) -> f64 {
        ((at - self.from).as_seconds_f64() / (self.to - self.from).as_seconds_f64()).clamp(0.0, 1.0)
    }

    /// Even moments, at most about ten.
    pub fn ticks(&self) -> Vec<Tick> {
        let whole = (self.to - self.from).num_seconds();
        let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
        let step = steps.into_iter().find(|step| whole / step <= 10).unwrap_or(whole / 10 + 1);
        let first = (self.from.timestamp().div_euclid(step) + 1) * step;
        let form = if step < 60 { "%H:%M:%S" } else { "%H:%M" };
        (0..=11)
            .filter_map(|index| DateTime::from_timestamp(first + index * step, 0))
            .take_while(|at| *at <= self.to)
            .map(|at| Tick { at: self.place(at), label: at.format(form).to_string() })
            .collect()
    }
}

/// Wall time of a sample: counted from its window, where one holds it, else from its epoch.
pub fn wall(epoch: &Epoch, at: i64) -> DateTime<Utc> {
    epoch.wall_in_window(at).unwrap_or_else(|| epoch.wall(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(seconds: i64) -> Axis {
        let from = DateTime::from_timestamp(1_789_236_007, 0).unwrap();
        Axis { from, to: from + TimeDelta::seconds(seconds) }
    }

    #[test]
    fn an_axis_of_any_length_has_some_ticks_and_never_many() {
        for seconds in [2, 59, 600, 10_800, 86_400 * 3, 86_400 * 400] {
            let ticks = axis(seconds).ticks();
            assert!((1..=12).contains(&ticks.len()), "{seconds}: {}", ticks.len());
        }
        assert_eq!(axis(10_800).ticks()[0].label, "18:30");
    }

    #[test]
    fn what_lies_outside_is_at_the_edge() {
        let axis = axis(100);
        let at = |seconds| axis.place(axis.from + TimeDelta::seconds(seconds));
        assert!([(-5, 0.0), (25, 0.25), (200, 1.0)].iter().all(|(given, place)| (at(*given) - place).abs() < 1e-9));
    }
}
