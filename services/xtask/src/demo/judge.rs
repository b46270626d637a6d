//! What the demo promises, and whether it came out.

mod account;

use super::{
    errors,
    record::{Finding, Flag, Record, Segment},
    script::{Line, Script, samples},
    spoken, wall,
};

/// One promise.
#[derive(Debug)]
pub(super) struct Promise {
    pub(super) is_kept: bool,
    /// What was promised, and what came out.
    pub(super) text: String,
}

/// Everything that is told about a run.
pub(super) struct Outcome<'a> {
    pub(super) promises: Vec<Promise>,
    /// Planted lines, with whether a flag of the right category stands there.
    pub(super) planted: Vec<(&'a Line, bool)>,
    /// Lines that must not be flagged and are, each with the flag.
    pub(super) wrong: Vec<(&'a Line, &'a Flag)>,
    pub(super) errors: std::collections::BTreeMap<&'a str, errors::Errors>,
    /// Seconds from the scheduled start to the first word; none without a word.
    pub(super) delay_s: Option<f64>,
    /// What does not add up in the account.
    pub(super) account_faults: Vec<String>,
}

/// A flag lies this close to the first word at most.
const DELAY_TOLERANCE_S: f64 = 2.0;

/// Compares `first` with the script, and `again`, the same after a restart, with `first`.
pub(super) fn judge<'a>(script: &'a Script, first: &'a Record, again: &Record) -> Outcome<'a> {
    let planted: Vec<_> = script.planted().map(|line| (line, is_found(line, &first.flags))).collect();
    let wrong = wrong(script, &first.flags);
    let delay_s = delay(first);
    let account_faults = account::faults(script, &first.coverage);

    let found = planted.iter().filter(|(_, found)| *found).count();
    let (words, flags) = before_the_talk(script, first);
    let promise = |is_kept, text| Promise { is_kept, text };
    let on_time = delay_s.is_some_and(|delay| (delay - script.expect.delay_s).abs() <= DELAY_TOLERANCE_S);
    let same = first == again;
    let promises = vec![
        promise(
            found * 5 >= planted.len() * 4,
            format!("4 of 5 planted passages are flagged in their category and place: {found} of {}", planted.len()),
        ),
        promise(wrong.len() <= 1, format!("at most one harmless passage is flagged: {}", wrong.len())),
        promise(
            account_faults.is_empty(),
            "every second is in the account, the delay and the reconnect too".to_owned(),
        ),
        promise(on_time, format!("the talk began {:.0} s late, and the record says so", script.expect.delay_s)),
        promise(words + flags == 0, format!("nothing is heard in music and silence: {words} words, {flags} flags")),
        promise(same, "a second start on the same folder shows the same".to_owned()),
    ];
    Outcome { promises, planted, wrong, errors: word_errors(script, &first.transcript), delay_s, account_faults }
}

fn overlap(a: (i64, i64), b: (i64, i64)) -> i64 {
    (a.1.min(b.1) - a.0.max(b.0)).max(0)
}

fn on_line(line: &Line, flag: &Flag, range: (i64, i64)) -> i64 {
    if line.stream != flag.stream || line.epoch != flag.epoch {
        return 0;
    }
    overlap((line.first, line.end), range)
}

/// Whether a flag of the right category covers half of the line, or lies with half of itself on it.
fn is_found(line: &Line, flags: &[Flag]) -> bool {
    flags.iter().filter(|flag| line.allows(&flag.category)).any(|flag| {
        let shorter = (line.end - line.first).min(flag.end - flag.first);
        2 * on_line(line, flag, (flag.first, flag.end)) >= shorter
    })
}

/// Lines that must not be flagged, with a finding that is about them.
fn wrong<'a>(script: &'a Script, flags: &'a [Flag]) -> Vec<(&'a Line, &'a Flag)> {
    let mut wrong: Vec<(&Line, &Flag)> = Vec::new();
    for (flag, finding) in flags.iter().flat_map(|flag| flag.findings.iter().map(move |finding| (flag, finding))) {
        let Some(line) = about(script, flag, finding).filter(|line| line.planted.is_none()) else { continue };
        if !wrong.iter().any(|(known, _)| std::ptr::eq(*known, line)) {
            wrong.push((line, flag));
        }
    }
    wrong
}

/// The line that a finding is about: a planted one of its category that it covers by half, else the one that it covers
/// most of. A sentence before or after may be in its range.
fn about<'a>(script: &'a Script, flag: &Flag, finding: &Finding) -> Option<&'a Line> {
    let range = (finding.first, finding.end);
    let covers = |line: &Line| 2 * on_line(line, flag, range) >= line.end - line.first;
    let planted = script.planted().find(|line| line.allows(&flag.category) && covers(line));
    planted.or_else(|| {
        let most = script.lines.iter().max_by_key(|line| on_line(line, flag, range))?;
        (on_line(most, flag, range) > 0).then_some(most)
    })
}

/// Words and flags in the music and the mute before the talk.
fn before_the_talk(script: &Script, record: &Record) -> (usize, usize) {
    let begins = script.speech_begins();
    let words = record.transcript.iter().filter(|segment| segment.epoch == 0).flat_map(|segment| &segment.words);
    let words = words.filter(|word| i64::midpoint(word.first, word.end) < begins).count();
    (words, record.flags.iter().filter(|flag| flag.epoch == 0 && flag.first < begins - samples(0.5)).count())
}

/// From the scheduled start to the first word that is not suspect.
fn delay(record: &Record) -> Option<f64> {
    let stream = record.coverage.streams.first()?;
    let scheduled = stream.between.iter().find(|between| between.before_epoch == 0)?;
    let first = record.transcript.iter().find(|segment| is_trusted(segment))?;
    let epoch = stream.epochs.iter().find(|epoch| epoch.epoch == first.epoch)?;
    let began = wall::seconds(&epoch.began).ok()? - wall::seconds(&scheduled.from).ok()?;
    Some(began + first.first as f64 / 16_000.0)
}

fn is_trusted(segment: &Segment) -> bool {
    segment.hearing != "suspect"
}

fn word_errors<'a>(script: &'a Script, transcript: &[Segment]) -> std::collections::BTreeMap<&'a str, errors::Errors> {
    let said: Vec<(&str, String)> = script
        .lines
        .iter()
        .flat_map(|line| spoken::words(&line.text).into_iter().map(move |word| (line.speaker.as_str(), word)))
        .collect();
    let said: Vec<(&str, &str)> = said.iter().map(|(speaker, word)| (*speaker, word.as_str())).collect();
    // Segment by segment, and not word by word: `twenty` and `%` belong together.
    let heard: Vec<String> = transcript
        .iter()
        .filter(|segment| is_trusted(segment))
        .flat_map(|segment| {
            let words: Vec<&str> = segment.words.iter().map(|word| word.word.trim()).collect();
            spoken::words(&words.join(" "))
        })
        .collect();
    errors::by_speaker(&said, &heard)
}

#[cfg(test)]
mod tests;
