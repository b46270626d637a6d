//! Tables of windows and what tiles them.

use domain::{StreamTime, check_tiling};

use super::*;

fn seconds(first: f64, end: f64) -> StreamRange {
    let at = |seconds: f64| StreamTime::from_millis(format!("{:.0}", seconds * 1000.0).parse().unwrap());
    StreamRange::new(at(first), at(end)).unwrap()
}

fn word(first: f64, end: f64) -> Word {
    let range = seconds(first, end);
    Word { text: "word".into(), first: range.first(), end: range.end(), p: 0.9, verified: None }
}

#[track_caller]
fn check(evidence: Evidence<'_>, expected: &[(f64, f64, &str)]) {
    let tiles = tile(evidence);
    check_tiling(evidence.window, &tiles).unwrap();
    let found: Vec<_> = tiles
        .iter()
        .map(|tile| {
            let reason = tile.reason.map_or(String::new(), |reason| format!("/{reason}"));
            (tile.range.first().seconds(), tile.range.end().seconds(), format!("{}{reason}", tile.state))
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|&(first, end, what)| (first, end, what.to_owned())).collect();
    assert_eq!(found, expected);
}

fn evidence(window: StreamRange, speech: Outcome<'_>) -> Evidence<'_> {
    Evidence { window, regions: &[], kinds: &[], masks: &[], speech }
}

#[test]
fn a_window_without_speech_is_what_it_sounds_like() {
    let kinds = [(seconds(0.0, 7.0), CoverageState::Music), (seconds(7.0, 12.0), CoverageState::Silence)];
    let evidence = Evidence { kinds: &kinds, ..evidence(seconds(0.0, 12.0), Outcome::None) };
    check(evidence, &[(0.0, 7.0, "music"), (7.0, 12.0, "silence")]);
}

#[test]
fn a_pause_of_two_seconds_is_its_own_and_a_shorter_one_is_not() {
    let words = [word(0.2, 0.5), word(0.6, 1.0), word(3.2, 3.8), word(5.0, 5.5)];
    let regions = [seconds(0.1, 1.1), seconds(3.1, 3.9), seconds(4.9, 5.6)];
    let kinds = [(seconds(0.0, 6.0), CoverageState::Silence)];
    let evidence = Evidence { regions: &regions, kinds: &kinds, ..evidence(seconds(0.0, 6.0), Outcome::Heard(&words)) };
    check(evidence, &[(0.0, 1.1, "transcribed"), (1.1, 3.1, "silence"), (3.1, 6.0, "transcribed")]);
}

#[test]
fn speech_without_a_word_is_lost_and_says_so() {
    let words = [word(0.2, 0.9)];
    let regions = [seconds(0.1, 1.0), seconds(3.0, 5.0)];
    let evidence = Evidence { regions: &regions, ..evidence(seconds(0.0, 5.2), Outcome::Heard(&words)) };
    check(evidence, &[(0.0, 3.0, "transcribed"), (3.0, 5.0, "lost/asr_empty"), (5.0, 5.2, "transcribed")]);
}

#[test]
fn what_only_sounded_like_speech_is_music() {
    let words = [word(0.2, 0.9)];
    let regions = [seconds(0.1, 1.0), seconds(3.0, 5.0)];
    let kinds = [(seconds(2.0, 5.2), CoverageState::Music)];
    let evidence = Evidence { regions: &regions, kinds: &kinds, ..evidence(seconds(0.0, 5.2), Outcome::Heard(&words)) };
    check(evidence, &[(0.0, 2.0, "transcribed"), (2.0, 5.0, "music"), (5.0, 5.2, "transcribed")]);
}

#[test]
fn a_window_that_gave_no_word_is_what_it_sounds_like_but_for_its_holes() {
    let regions = [seconds(1.0, 1.5), seconds(4.0, 6.0)];
    let kinds = [(seconds(0.0, 3.0), CoverageState::Music), (seconds(3.0, 8.0), CoverageState::Noise)];
    let evidence = Evidence { regions: &regions, kinds: &kinds, ..evidence(seconds(0.0, 8.0), Outcome::Heard(&[])) };
    let noise = (6.0, 8.0, "noise");
    check(evidence, &[(0.0, 3.0, "music"), (3.0, 4.0, "noise"), (4.0, 6.0, "lost/asr_empty"), noise]);
}

#[test]
fn a_declared_stretch_stays_what_it_was_declared() {
    let mask =
        Interval { range: seconds(2.0, 2.5), state: CoverageState::Lost, reason: Some(CoverageReason::IngestGap) };
    let words = [word(0.2, 0.9), word(1.0, 4.0)];
    let regions = [seconds(0.1, 4.0)];
    let evidence =
        Evidence { regions: &regions, masks: &[mask], ..evidence(seconds(0.0, 4.0), Outcome::Heard(&words)) };
    check(evidence, &[(0.0, 2.0, "transcribed"), (2.0, 2.5, "lost/ingest_gap"), (2.5, 4.0, "transcribed")]);
}

#[test]
fn speech_that_could_not_be_heard_is_lost_but_the_silence_after_it_is_not() {
    let regions = [seconds(0.1, 3.0)];
    let kinds = [(seconds(3.0, 8.0), CoverageState::Silence)];
    let evidence = Evidence {
        regions: &regions,
        kinds: &kinds,
        ..evidence(seconds(0.0, 8.0), Outcome::Lost(CoverageReason::AsrTimeout))
    };
    check(evidence, &[(0.0, 3.0, "lost/asr_timeout"), (3.0, 8.0, "silence")]);
}
