//! Intervals against published values, and exposure by hand.

use domain::{StreamRange, StreamTime};

use super::{Agreement, Audience, Estimate, Sample, SampleError, Stratum, listener_minutes, wilson};

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 5e-5, "{found} is not {expected}");
}

#[track_caller]
fn holds(estimate: Estimate, low: f64, high: f64) {
    close(estimate.low, low);
    close(estimate.high, high);
}

#[test]
fn wilson_gives_the_bounds_of_newcombe_1998_table_i_method_3() {
    holds(wilson(81, 263).unwrap(), 0.2553, 0.3662);
    holds(wilson(15, 148).unwrap(), 0.0624, 0.1605);
    holds(wilson(0, 20).unwrap(), 0.0, 0.1611);
    holds(wilson(1, 29).unwrap(), 0.0061, 0.1718);
}

#[test]
fn wilson_is_symmetric_and_never_leaves_nought_to_one() {
    let (few, many) = (wilson(1, 29).unwrap(), wilson(28, 29).unwrap());
    close(few.low, 1.0 - many.high);
    let all = wilson(20, 20).unwrap();
    assert!(all.high <= 1.0 && all.low < all.rate);
    close(all.low, 1.0 - 0.1611);
}

#[test]
fn wilson_without_trials_or_with_more_hits_than_trials_is_nothing() {
    assert_eq!(wilson(0, 0), None);
    assert_eq!(wilson(3, 2), None);
}

/// 1 000 flagged, of which 90 % are right; 99 000 not flagged, of which 1 % should have been.
fn sample() -> Sample {
    Sample {
        flagged: Stratum { population: 1_000, sampled: 200, violations: 180 },
        unflagged: Stratum { population: 99_000, sampled: 1_000, violations: 10 },
    }
}

#[test]
fn rates_weigh_each_stratum_by_its_population() {
    close(sample().precision().unwrap().rate, 0.9);
    // 900 found of 900 + 990.
    close(sample().recall().unwrap().rate, 900.0 / 1_890.0);
    close(sample().accuracy().unwrap().rate, (900.0 + 98_010.0) / 100_000.0);
}

#[test]
fn the_interval_of_recall_is_as_wide_as_the_sample_of_unflagged_speech_is_small() {
    let mut small = sample();
    small.unflagged = Stratum { population: 99_000, sampled: 100, violations: 1 };
    let (wide, narrow) = (small.recall().unwrap(), sample().recall().unwrap());
    close(wide.rate, narrow.rate);
    assert!(wide.low < narrow.low && wide.high > narrow.high);
    assert!(narrow.low < narrow.rate && narrow.rate < narrow.high);
}

#[test]
fn recall_without_a_sample_of_unflagged_speech_is_not_claimed() {
    let mut sample = sample();
    sample.unflagged.sampled = 0;
    sample.unflagged.violations = 0;
    assert_eq!(sample.recall(), None);
    assert_eq!(sample.accuracy(), None);
    assert!(sample.precision().is_some());
}

#[test]
fn contradictions_in_a_sample_are_named() {
    let mut wrong = sample();
    wrong.flagged.violations = 201;
    assert_eq!(wrong.check(), Err(SampleError::ViolationsAboveSampled { violations: 201, sampled: 200 }));
    wrong = sample();
    wrong.unflagged.population = 999;
    assert_eq!(wrong.check(), Err(SampleError::SampledAboveAll { sampled: 1_000, population: 999 }));
    assert_eq!(sample().check(), Ok(()));
}

fn at(seconds: i64, listeners: u64) -> Audience {
    Audience { from: StreamTime::from_millis(seconds * 1_000), listeners }
}

fn range(first: i64, end: i64) -> StreamRange {
    StreamRange::new(StreamTime::from_millis(first * 1_000), StreamTime::from_millis(end * 1_000)).unwrap()
}

#[test]
fn exposure_is_the_listeners_of_each_stretch_times_its_length() {
    let steps = [at(0, 10), at(60, 100), at(120, 0)];
    // Half a minute of 10, one of 100, one of nobody.
    close(listener_minutes(&steps, range(30, 180)).unwrap(), 105.0);
    close(listener_minutes(&steps, range(61, 62)).unwrap(), 100.0 / 60.0);
    close(listener_minutes(&steps, range(500, 600)).unwrap(), 0.0);
}

#[test]
fn exposure_before_the_first_count_is_unknown_and_not_nought() {
    assert_eq!(listener_minutes(&[at(10, 5)], range(9, 20)), None);
    assert_eq!(listener_minutes(&[], range(0, 1)), None);
}

#[test]
fn kappa_is_that_of_the_textbook_and_chance_alone_has_none() {
    let agreement = |both, first_alone, second_alone, neither| Agreement { both, first_alone, second_alone, neither };
    // 20 of 50 by both, 15 by neither: 0.7 observed, 0.5 by chance.
    let kappa = agreement(20, 5, 10, 15).kappa().unwrap();
    assert!((kappa - 0.4).abs() < 1e-12, "{kappa}");
    assert_eq!(agreement(3, 0, 0, 9).kappa(), Some(1.0));
    assert!(agreement(0, 5, 5, 0).kappa().unwrap() < 0.0);
    assert_eq!((agreement(0, 0, 0, 0).kappa(), agreement(0, 0, 0, 7).kappa()), (None, None));
}
