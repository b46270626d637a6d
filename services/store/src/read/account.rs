//! The account of a stream: from rows to intervals that tile each epoch, stretches between, and what is missing. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{BetweenReason, CoverageReason, CoverageState, SAMPLE_RATE_HZ};

use super::coverage::{Between, EpochCoverage, IntervalLine, Seconds, StreamCoverage};
use crate::rows::wall;

/// An epoch as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct EpochRow {
    pub(super) epoch: u32,
    pub(super) began_at: DateTime<Utc>,
    /// Why there was no connection before it, where ingest knew.
    pub(super) before: Option<BetweenReason>,
    /// The largest number of samples that anyone knows of: its closer, what is durable, what is stored.
    pub(super) samples: i64,
    /// The sample after the last stored window.
    pub(super) stored: i64,
    pub(super) finished: bool,
    /// In order.
    pub(super) intervals: Vec<IntervalLine>,
}

/// Builds the account of one stream. `epochs` are in order; `failed` are the times of attempts that did not connect.
pub(super) fn account(
    stream: String,
    scheduled: Option<DateTime<Utc>>,
    epochs: Vec<EpochRow>,
    failed: &[DateTime<Utc>],
) -> StreamCoverage {
    let between = between(scheduled, &epochs, failed);
    let epochs: Vec<_> = epochs.into_iter().map(tile).collect();
    let mut samples = 0;
    let mut tiled = 0;
    let mut by_state = [0_i64; CoverageState::ALL.len()];
    for epoch in &epochs {
        samples += epoch.samples;
        for interval in &epoch.intervals {
            tiled += interval.end - interval.first;
            by_state[interval.state as usize] += interval.end - interval.first;
        }
    }
    let seconds = Seconds::of(by_state, between.iter().map(|stretch| stretch.to - stretch.from).sum());
    StreamCoverage { stream, epochs, between, seconds, unaccounted_samples: samples - tiled }
}

/// Joins like neighbours, and adds what is durable but not stored yet. What a finished epoch has no window for stays
/// missing, so that it shows.
fn tile(row: EpochRow) -> EpochCoverage {
    let mut intervals: Vec<IntervalLine> = Vec::new();
    let rest = IntervalLine {
        first: row.stored,
        end: row.samples,
        state: CoverageState::Pending,
        reason: Some(CoverageReason::InFlight),
    };
    let rest = (!row.finished && rest.first < rest.end).then_some(rest);
    for next in row.intervals.into_iter().chain(rest) {
        match intervals.last_mut() {
            Some(last) if last.end == next.first && (last.state, last.reason) == (next.state, next.reason) => {
                last.end = next.end;
            }
            _ => intervals.push(next),
        }
    }
    EpochCoverage { epoch: row.epoch, began: row.began_at, samples: row.samples, intervals }
}

/// The wall time before the first epoch, since the scheduled start, and from each epoch's end to the next one's begin.
fn between(scheduled: Option<DateTime<Utc>>, epochs: &[EpochRow], failed: &[DateTime<Utc>]) -> Vec<Between> {
    let mut stretches = Vec::new();
    let mut from = scheduled;
    for (at, epoch) in epochs.iter().enumerate() {
        let to = epoch.began_at;
        if let Some(from) = from.filter(|from| *from < to) {
            let refused = failed.iter().any(|attempt| (from..=to).contains(attempt)).then_some(BetweenReason::Refused);
            let reason = if at == 0 {
                refused.or(epoch.before).unwrap_or(BetweenReason::NotStarted)
            } else {
                epoch.before.or(refused).unwrap_or(BetweenReason::Disconnected)
            };
            stretches.push(Between { before_epoch: epoch.epoch, from, to, reason });
        }
        from = Some(wall(to, epoch.samples));
    }
    stretches
}

impl Seconds {
    /// `samples` are per state, in the order of the list.
    fn of(samples: [i64; CoverageState::ALL.len()], between: TimeDelta) -> Self {
        let seconds = |state: CoverageState| samples[state as usize] as f64 / SAMPLE_RATE_HZ as f64;
        Self {
            transcribed: seconds(CoverageState::Transcribed),
            silence: seconds(CoverageState::Silence),
            music: seconds(CoverageState::Music),
            noise: seconds(CoverageState::Noise),
            lost: seconds(CoverageState::Lost),
            deferred: seconds(CoverageState::Deferred),
            pending: seconds(CoverageState::Pending),
            between: between.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6,
        }
    }
}

#[cfg(test)]
mod tests;
