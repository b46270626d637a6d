//! Small rooms with one fault each.

use super::super::{
    record::{Between, Coverage, Epoch, Finding, Flag, Interval, Record, Segment, Stream, Word},
    script::{Expect, Line, Script},
};
use super::{Outcome, judge};

const SECOND: i64 = 16_000;

/// Ten seconds of music, then a threat, a joke and plain talk; a reconnect loses two seconds.
fn script() -> Script {
    let line = |epoch, first: i64, text: &str, planted: Option<&str>, harmless: Option<&str>| Line {
        stream: "stage".into(),
        epoch,
        first: first * SECOND,
        end: (first + 4) * SECOND,
        speaker: "Ann".into(),
        text: text.into(),
        planted: planted.map(Into::into),
        also: Vec::new(),
        harmless: harmless.map(Into::into),
    };
    Script {
        room: "room".into(),
        sample_rate: 16_000,
        expect: Expect {
            delay_s: 30.0,
            epochs: 2,
            lost_s: 2.0,
            music_s: 10.0,
            muted_s: vec![0.0, 0.0],
            epoch_s: vec![20.0, 10.0],
            total_s: 30.0,
        },
        lines: vec![
            line(0, 10, "I will hurt you", Some("threat"), None),
            line(0, 15, "you killed it tonight", None, Some("joke")),
            line(1, 2, "good night everyone", None, None),
        ],
    }
}

fn flag(epoch: u32, from: i64, to: i64, category: &str) -> Flag {
    let (first, end) = (from * SECOND, to * SECOND);
    let finding = Finding { rule: None, head: Some("violence".into()), first, end, words: String::new() };
    Flag {
        flag: "id".into(),
        stream: "stage".into(),
        epoch,
        first,
        end,
        wall: "2026-09-12T20:00:40Z".into(),
        category: category.into(),
        severity: "high".into(),
        score: 0.9,
        status: "provisional".into(),
        reach: Some(5),
        words: String::new(),
        findings: vec![finding],
    }
}

fn segment(epoch: u32, first: i64, text: &str) -> Segment {
    let words = text.split(' ').zip(0..).map(|(word, place)| Word {
        word: word.into(),
        first: first * SECOND + place * 8_000,
        end: first * SECOND + place * 8_000 + 6_000,
    });
    Segment {
        stream: "stage".into(),
        epoch,
        first: first * SECOND,
        end: (first + 4) * SECOND,
        speaker: Some("Ann".into()),
        hearing: "single".into(),
        words: words.collect(),
    }
}

fn record() -> Record {
    let interval = |from: i64, to: i64, state: &str| Interval {
        first: from * SECOND,
        end: to * SECOND,
        state: state.into(),
        reason: None,
    };
    let epoch = |epoch, began: &str, seconds: i64, intervals| Epoch {
        epoch,
        began: began.into(),
        samples: seconds * SECOND,
        intervals,
    };
    let between = |before_epoch, from: &str, to: &str| Between {
        before_epoch,
        from: from.into(),
        to: to.into(),
        reason: "refused".into(),
    };
    let stream = Stream {
        stream: "stage".into(),
        epochs: vec![
            epoch(0, "2026-09-12T20:00:20Z", 20, vec![interval(0, 10, "music"), interval(10, 20, "transcribed")]),
            epoch(1, "2026-09-12T20:00:42Z", 10, vec![interval(0, 10, "transcribed")]),
        ],
        between: vec![
            between(0, "2026-09-12T20:00:00Z", "2026-09-12T20:00:20Z"),
            between(1, "2026-09-12T20:00:40Z", "2026-09-12T20:00:42Z"),
        ],
        seconds: [("transcribed", 20.0), ("music", 10.0), ("between", 22.0)].map(|(k, v)| (k.to_owned(), v)).into(),
        unaccounted_samples: 0,
    };
    Record {
        coverage: Coverage { streams: vec![stream] },
        flags: vec![flag(0, 10, 13, "threat")],
        transcript: vec![
            segment(0, 10, "I will hurt you"),
            segment(0, 15, "you killed it tonight"),
            segment(1, 2, "good night everyone"),
        ],
    }
}

/// The promises that are broken, by the first word that tells them apart.
fn broken(outcome: &Outcome<'_>) -> Vec<&'static str> {
    let names = ["planted", "harmless", "account", "late", "music", "second start"];
    let kept = outcome.promises.iter().map(|promise| promise.is_kept);
    names.into_iter().zip(kept).filter(|(_, kept)| !kept).map(|(name, _)| name).collect()
}

#[track_caller]
fn check(change: impl FnOnce(&mut Record), expected: &[&str]) {
    let (script, mut changed) = (script(), record());
    change(&mut changed);
    let outcome = judge(&script, &changed, &changed.clone());
    assert_eq!(broken(&outcome), expected, "{:?}", outcome.account_faults);
}

#[test]
fn a_run_as_promised_keeps_all() {
    check(|_| {}, &[]);
}

#[test]
fn a_planted_line_counts_in_its_category_and_place_only() {
    check(|record| record.flags.clear(), &["planted"]);
    check(|record| record.flags[0].category = "scam".into(), &["planted"]);
    check(|record| record.flags[0] = flag(1, 10, 13, "threat"), &["planted"]);
    check(|record| record.flags[0] = flag(0, 13, 16, "threat"), &["planted"]);
}

#[test]
fn one_harmless_line_may_be_flagged_and_not_two() {
    check(|record| record.flags.push(flag(0, 15, 19, "threat")), &[]);
    check(|record| record.flags.extend([flag(0, 15, 19, "threat"), flag(1, 2, 5, "hate")]), &["harmless"]);
}

#[test]
fn a_passage_around_a_planted_line_is_about_that_line() {
    check(|record| record.flags.extend([flag(0, 11, 19, "threat"), flag(1, 2, 5, "hate")]), &[]);
}

#[test]
fn every_second_must_be_accounted() {
    check(|record| record.coverage.streams[0].unaccounted_samples = 1, &["account"]);
    check(|record| record.coverage.streams[0].epochs[0].intervals[0].end -= 1, &["account"]);
    check(|record| record.coverage.streams[0].epochs[1].samples += 1, &["account"]);
    check(|record| record.coverage.streams[0].between[1].to = "2026-09-12T20:00:43Z".into(), &["account"]);
    check(|record| record.coverage.streams[0].seconds.extend([("pending".into(), 0.5)]), &["account"]);
    check(|record| record.coverage.streams.clear(), &["account", "late"]);
}

#[test]
fn the_talk_begins_when_the_first_word_falls() {
    check(|record| record.transcript[0].first += 3 * SECOND, &["late"]);
    check(|record| record.transcript.clear(), &["late"]);
}

#[test]
fn music_holds_no_word_and_no_flag() {
    check(|record| record.transcript.insert(1, segment(0, 3, "thank you for watching")), &["music"]);
    check(|record| record.flags.push(flag(0, 3, 6, "hate")), &["music"]);
}

#[test]
fn a_restart_changes_nothing() {
    let (script, first, mut again) = (script(), record(), record());
    again.transcript[0].words.pop();
    assert_eq!(broken(&judge(&script, &first, &again)), ["second start"]);
}

#[test]
fn suspect_segments_are_no_words_heard() {
    let (script, mut record) = (script(), record());
    record.transcript[1].hearing = "suspect".into();
    let errors = judge(&script, &record, &record).errors["Ann"];
    assert_eq!((errors.said, errors.wrong), (11, 4));
}
