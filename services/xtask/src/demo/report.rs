//! The demo's report, as text for a person.

use std::fmt::Write;

use super::{
    errors,
    judge::Outcome,
    record::{Flag, Record, Stream},
    script::{Line, Script},
    wall,
};

/// States in the order of their list, then the time without a connection.
const STATES: [&str; 8] = ["transcribed", "silence", "music", "noise", "lost", "deferred", "pending", "between"];

/// Everything about a run.
pub(super) fn told(script: &Script, record: &Record, outcome: &Outcome<'_>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\nroom {}", script.room);
    for stream in &record.coverage.streams {
        text += &account(stream, outcome);
    }
    text += &flags(record);
    text += &misses(outcome);
    text += &word_errors(record, outcome);
    text += "\npromises\n";
    for promise in &outcome.promises {
        let _ = writeln!(text, "  {}  {}", if promise.is_kept { "kept  " } else { "BROKEN" }, promise.text);
    }
    for fault in &outcome.account_faults {
        let _ = writeln!(text, "          account: {fault}");
    }
    text
}

fn account(stream: &Stream, outcome: &Outcome<'_>) -> String {
    let mut text = format!("\nstream {}\n", stream.stream);
    for epoch in &stream.epochs {
        for between in stream.between.iter().filter(|between| between.before_epoch == epoch.epoch) {
            let _ =
                writeln!(text, "  {} to {}  {}", wall::clock(&between.from), wall::clock(&between.to), between.reason);
        }
        let seconds = epoch.samples as f64 / 16_000.0;
        let _ = writeln!(text, "  {} epoch {}, {}", wall::clock(&epoch.began), epoch.epoch, length(seconds));
    }
    if let Some(delay) = outcome.delay_s {
        let _ = writeln!(text, "  first word {} after the scheduled start", length(delay));
    }
    let _ = writeln!(text, "\n  seconds by state");
    for (state, seconds) in STATES.iter().filter_map(|state| Some((state, *stream.seconds.get(*state)?))) {
        if seconds > 0.0 {
            let _ = writeln!(text, "    {state:<12} {seconds:>9.2}");
        }
    }
    let sum: f64 = stream.seconds.values().sum();
    let _ = writeln!(text, "    {:<12} {sum:>9.2}, {} samples unaccounted", "sum", stream.unaccounted_samples);
    text
}

fn flags(record: &Record) -> String {
    let mut text = format!("\nflags ({})\n", record.flags.len());
    for flag in &record.flags {
        let reach = flag.reach.map_or_else(|| "unknown".to_owned(), grouped);
        let speaker = speaker(record, flag).unwrap_or("unknown");
        let (at, category, severity) = (wall::clock(&flag.wall), &flag.category, &flag.severity);
        let _ = writeln!(text, "  {at}  {speaker:<7} {category:<14} {severity:<8} {:.2}  reach {reach:>9}", flag.score);
        let _ = writeln!(text, "            {:?} by {}", flag.words, carriers(flag));
    }
    text
}

/// Who speaks most of the flag.
fn speaker<'a>(record: &'a Record, flag: &Flag) -> Option<&'a str> {
    let here = record.transcript.iter().filter(|s| s.stream == flag.stream && s.epoch == flag.epoch);
    here.max_by_key(|s| s.end.min(flag.end) - s.first.max(flag.first))?.speaker.as_deref()
}

fn carriers(flag: &Flag) -> String {
    let names = flag.findings.iter().filter_map(|finding| finding.rule.as_deref().or(finding.head.as_deref()));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn misses(outcome: &Outcome<'_>) -> String {
    let found = outcome.planted.iter().filter(|(_, found)| *found).count();
    let mut text = format!("\nagainst the script\n  planted: {found} of {} found\n", outcome.planted.len());
    for (line, _) in outcome.planted.iter().filter(|(_, found)| !*found) {
        let category = line.planted.as_deref().unwrap_or_default();
        let _ = writeln!(text, "    missed  {} {:<7} {category}: {:?}", place(line), line.speaker, line.text);
    }
    let _ = writeln!(text, "  harmless: {} wrongly flagged", outcome.wrong.len());
    for (line, flag) in &outcome.wrong {
        let kind = line.harmless.as_deref().unwrap_or("plain talk");
        let _ = writeln!(
            text,
            "    wrong   {} {:<7} {kind}, as {} by {}: {:?}",
            place(line),
            line.speaker,
            flag.category,
            carriers(flag),
            line.text
        );
    }
    text
}

fn word_errors(record: &Record, outcome: &Outcome<'_>) -> String {
    let all = errors::sum(outcome.errors.values());
    let mut text = format!("\nword error rate {:.1} % ({} of {} words)\n", all.rate(), all.wrong, all.said);
    for (speaker, errors) in &outcome.errors {
        let _ = writeln!(text, "    {speaker:<8} {:>5.1} % of {}", errors.rate(), errors.said);
    }
    let suspect = record.transcript.iter().filter(|segment| segment.hearing == "suspect").count();
    let _ = writeln!(text, "    {suspect} of {} segments are suspect and not counted", record.transcript.len());
    text
}

/// `epoch 0 at 2453.1 s`.
fn place(line: &Line) -> String {
    format!("epoch {} at {:.1} s", line.epoch, line.first as f64 / 16_000.0)
}

/// `42 min 00 s`.
fn length(seconds: f64) -> String {
    format!("{:.0} min {:04.1} s", (seconds / 60.0).floor(), seconds % 60.0)
}

/// `1,300,000`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, length};

    #[test]
    fn numbers_are_told_for_people() {
        assert_eq!(grouped(1_300_000), "1,300,000");
        assert_eq!(grouped(915), "915");
        assert_eq!(length(2_520.0), "42 min 00.0 s");
    }
}
