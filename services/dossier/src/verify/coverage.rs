//! That every second stands in the account once, and every word where it belongs.

use chrono::{DateTime, Utc};
use domain::{Interval, StreamRange, check_tiling};

use super::{Account, Code, Found};
use crate::{
    members::RECORD,
    model::{Dossier, Epoch, Segment, Stream, Window},
};

/// Checks the account of every stream.
pub(super) fn check(dossier: &Dossier, found: &mut Found<'_>, account: &mut Account) {
    let mut samples = 0;
    if !dossier.streams.is_sorted_by(|one, other| one.stream < other.stream) {
        found.add(Code::Record, Some(RECORD), "its streams are not in order, or one stands there twice");
    }
    for stream in &dossier.streams {
        if !stream.epochs.is_sorted_by(|one, other| one.epoch < other.epoch) {
            let message = format!("the epochs of {:?} are not in order, or one stands there twice", stream.stream);
            found.add(Code::Coverage, Some(RECORD), message);
        }
        between(dossier.room.scheduled, stream, found);
        for epoch in &stream.epochs {
            tiling(stream, epoch, found);
            windows(stream, epoch, found);
            samples += usize::try_from(epoch.samples).unwrap_or(0);
        }
    }
    account.checked("samples, each in one interval", samples);
    account.checked("words inside their segments and windows", dossier.segments().map(|at| at.3.words.len()).sum());
}

fn tiling(stream: &Stream, epoch: &Epoch, found: &mut Found<'_>) {
    let mut say = |what: String| {
        let message = format!("stream {:?}, epoch {}: {what}", stream.stream, epoch.epoch);
        found.add(Code::Coverage, Some(RECORD), message);
    };
    if epoch.samples == 0 && epoch.intervals.is_empty() {
        return;
    }
    let read = |interval: &crate::model::Interval| {
        let range = StreamRange::from_samples(interval.first, interval.end)?;
        Ok(Interval { range, state: interval.state, reason: interval.reason })
    };
    let intervals: Result<Vec<_>, domain::InvalidRange> = epoch.intervals.iter().map(read).collect();
    let whole = StreamRange::from_samples(0, epoch.samples);
    match (whole, intervals) {
        (Ok(whole), Ok(intervals)) => {
            if let Err(error) = check_tiling(whole, &intervals) {
                say(error.to_string());
            }
        }
        (Err(error), _) | (_, Err(error)) => say(error.to_string()),
    }
    let same = |pair: &&[crate::model::Interval]| (pair[0].state, pair[0].reason) == (pair[1].state, pair[1].reason);
    if let Some(pair) = epoch.intervals.windows(2).find(same) {
        say(format!("two intervals of one state meet at sample {}", pair[1].first));
    }
}

/// The wall time without a connection follows from the scheduled start and the epochs.
fn between(scheduled: Option<DateTime<Utc>>, stream: &Stream, found: &mut Found<'_>) {
    let (mut from, mut expected) = (scheduled, Vec::new());
    for epoch in &stream.epochs {
        if let Some(from) = from.filter(|from| *from < epoch.began) {
            expected.push((epoch.epoch, from, epoch.began));
        }
        from = Some(epoch.end());
    }
    let told = stream.between.iter().map(|between| (between.before_epoch, between.from, between.to));
    if !told.eq(expected) {
        let message = format!("stream {:?}: the time without a connection is not what its epochs leave", stream.stream);
        found.add(Code::Coverage, Some(RECORD), message);
    }
}

/// Windows follow each other from the first sample on; what they hold lies in them.
fn windows(stream: &Stream, epoch: &Epoch, found: &mut Found<'_>) {
    let mut say = |what: String| {
        let message = format!("stream {:?}, epoch {}: {what}", stream.stream, epoch.epoch);
        found.add(Code::Words, Some(RECORD), message);
    };
    let mut at = 0;
    for window in &epoch.windows {
        if window.first != at || window.end <= window.first {
            say(format!("window {} begins at {}, the one before ends at {at}", window.window, window.first));
        }
        at = window.end;
        let mut last = window.first;
        for segment in &window.segments {
            if let Some(what) = misplaced(window, segment, last) {
                say(format!("window {}, segment at {}: {what}", window.window, segment.first));
            }
            last = segment.first;
        }
    }
    if at > epoch.samples {
        say(format!("its windows reach to {at}, beyond its {} samples", epoch.samples));
    }
}

/// What is wrong with the place of a segment or of its words.
fn misplaced(window: &Window, segment: &Segment, not_before: i64) -> Option<&'static str> {
    if segment.first < window.first || segment.end > window.end || segment.first >= segment.end {
        return Some("it does not lie in its window");
    }
    if segment.first < not_before {
        return Some("it stands before the one before it");
    }
    let outside =
        |word: &crate::model::Word| word.first < segment.first || word.end > segment.end || word.end < word.first;
    if segment.words.iter().any(outside) {
        return Some("a word does not lie in it");
    }
    if !segment.words.is_sorted_by_key(|word| word.first) {
        return Some("its words are not in order");
    }
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let words: String = segment.words.iter().map(|word| letters(&word.word)).collect();
    (words != letters(&segment.text)).then_some("its text is not that of its words")
}
