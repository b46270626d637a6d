//! The account of a stream, from rows made by hand.

use chrono::TimeZone;

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_789_243_200 + second, 0).unwrap()
}

fn line(first: i64, end: i64, state: CoverageState) -> IntervalLine {
    IntervalLine { first, end, state, reason: None }
}

fn epoch(epoch: u32, began: i64, seconds: i64) -> EpochRow {
    let samples = seconds * SAMPLE_RATE_HZ;
    let intervals = vec![line(0, samples, CoverageState::Silence)];
    EpochRow { epoch, began_at: at(began), before: None, samples, stored: samples, finished: true, intervals }
}

#[track_caller]
fn check_between(
    scheduled: Option<i64>,
    epochs: &[EpochRow],
    failed: &[i64],
    expected: &[(u32, i64, i64, BetweenReason)],
) {
    let failed: Vec<_> = failed.iter().copied().map(at).collect();
    let stretches = between(scheduled.map(at), epochs, &failed);
    let expected: Vec<_> = expected
        .iter()
        .map(|&(before_epoch, from, to, reason)| Between { before_epoch, from: at(from), to: at(to), reason })
        .collect();
    assert_eq!(stretches, expected);
}

#[test]
fn wall_time_before_the_first_epoch_says_why() {
    use BetweenReason::{Disconnected, NotStarted, Refused};
    check_between(Some(0), &[epoch(0, 250, 10)], &[], &[(0, 0, 250, NotStarted)]);
    check_between(Some(0), &[epoch(0, 250, 10)], &[60, 120], &[(0, 0, 250, Refused)]);
    check_between(Some(0), &[epoch(0, 250, 10)], &[-60, 300], &[(0, 0, 250, NotStarted)]);
    let before = EpochRow { before: Some(Disconnected), ..epoch(0, 250, 10) };
    check_between(Some(0), &[before], &[], &[(0, 0, 250, Disconnected)]);
    check_between(Some(0), &[epoch(0, -5, 10)], &[], &[]);
    check_between(None, &[epoch(0, 250, 10)], &[], &[]);
}

#[test]
fn wall_time_from_epoch_to_epoch_is_counted_from_the_last_sample() {
    use BetweenReason::{Disconnected, Refused};
    let two = |second| [epoch(0, 0, 100), second];
    check_between(Some(0), &two(epoch(1, 104, 10)), &[], &[(1, 100, 104, Disconnected)]);
    check_between(None, &two(epoch(1, 160, 10)), &[130], &[(1, 100, 160, Refused)]);
    check_between(None, &two(epoch(1, 100, 10)), &[], &[]);
    check_between(None, &two(epoch(1, 90, 10)), &[], &[]);
}

#[test]
fn like_neighbours_are_one_interval_and_seconds_add_up() {
    let row = EpochRow {
        intervals: vec![
            line(0, 16_000, CoverageState::Music),
            line(16_000, 48_000, CoverageState::Music),
            line(48_000, 56_000, CoverageState::Transcribed),
        ],
        samples: 80_000,
        stored: 56_000,
        finished: false,
        ..epoch(0, 4, 0)
    };
    let stream = account("stage".into(), Some(at(0)), vec![row], &[]);
    let pending =
        IntervalLine { reason: Some(CoverageReason::InFlight), ..line(56_000, 80_000, CoverageState::Pending) };
    assert_eq!(
        stream.epochs[0].intervals,
        [line(0, 48_000, CoverageState::Music), line(48_000, 56_000, CoverageState::Transcribed), pending]
    );
    let expected = Seconds {
        transcribed: 0.5,
        silence: 0.0,
        music: 3.0,
        noise: 0.0,
        lost: 0.0,
        deferred: 0.0,
        pending: 1.5,
        between: 4.0,
    };
    assert_eq!((stream.seconds, stream.unaccounted_samples), (expected, 0));
}

#[test]
fn what_a_finished_epoch_has_no_window_for_shows_as_unaccounted() {
    let cut = EpochRow { samples: 90_000, ..epoch(0, 0, 5) };
    assert_eq!(account("stage".into(), None, vec![cut], &[]).unaccounted_samples, 10_000);
    let mut hole = epoch(1, 0, 5);
    hole.intervals = vec![line(0, 100, CoverageState::Silence), line(300, 80_000, CoverageState::Silence)];
    assert_eq!(account("stage".into(), None, vec![hole], &[]).unaccounted_samples, 200);
}
