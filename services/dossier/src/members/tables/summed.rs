//! Tables of what was observed, what made the text, and the sums.

use std::io;

use ledger::format_instant;

use super::{Put, maybe};
use crate::model::{Count, Dossier, Totals};

pub(super) fn listeners(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    dossier.listeners.iter().try_for_each(|step| put(&[format_instant(step.from), step.listeners.to_string()]))
}

pub(super) const ATTEMPT: &[&str] = &["at", "stream", "source", "result", "status", "latency_ms", "retry_after_s"];

pub(super) fn attempts(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    for attempt in &dossier.attempts {
        put(&[
            format_instant(attempt.at),
            attempt.stream.clone(),
            attempt.source.clone(),
            attempt.result.to_string(),
            maybe(attempt.status),
            maybe(attempt.latency_ms),
            maybe(attempt.retry_after_s),
        ])?;
    }
    Ok(())
}

pub(super) fn assertions(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    let mut row = |(at, by, text): (String, &String, &String)| put(&[at, by.clone(), text.clone()]);
    dossier.assertions.iter().try_for_each(|said| row((format_instant(said.at), &said.by, &said.text)))
}

pub(super) fn models(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    dossier.models.iter().try_for_each(|model| {
        put(&[model.sha256.clone(), model.name.clone(), model.library.clone(), model.kind.clone()])
    })
}

pub(super) fn settings(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    dossier.settings.iter().try_for_each(|setting| put(&[setting.sha256.clone(), setting.body.clone()]))
}

pub(super) fn totals(dossier: &Dossier, put: &mut Put<'_>) -> io::Result<()> {
    lines(&dossier.totals).into_iter().try_for_each(|(name, value)| put(&[name, value]))
}

/// Every sum under its name, in a fixed order.
pub(crate) fn lines(totals: &Totals) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| lines.push((name.to_owned(), value));
    put("streams", totals.streams.to_string());
    put("epochs", totals.epochs.to_string());
    put("samples", totals.samples.to_string());
    for time in &totals.states {
        put(&format!("samples {}", time.state), time.samples.to_string());
    }
    put("unaccounted_samples", totals.unaccounted_samples.to_string());
    put("between_micros", totals.between_micros.to_string());
    put("windows", totals.windows.to_string());
    put("segments", totals.segments.to_string());
    put("suspect_segments", totals.suspect_segments.to_string());
    put("words", totals.words.to_string());
    put("flags", totals.flags.to_string());
    let mut counts = |of: &str, counts: &[Count]| {
        for Count { name, count } in counts {
            put(&format!("flags {of} {name}"), count.to_string());
        }
    };
    counts("status", &totals.flags_by_status);
    counts("category", &totals.flags_by_category);
    counts("severity", &totals.flags_by_severity);
    put("findings", totals.findings.to_string());
    put("cases", totals.cases.to_string());
    put("decisions", totals.decisions.to_string());
    put("attempts", totals.attempts.to_string());
    put("failed_attempts", totals.failed_attempts.to_string());
    put("assertions", totals.assertions.to_string());
    put("clips", totals.clips.to_string());
    put("peak_listeners", maybe(totals.peak_listeners));
    put("listener_seconds", maybe(totals.listener_seconds));
    put("events", totals.events.to_string());
    lines
}
