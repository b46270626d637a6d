//! The first pages: which room, the verdict in numbers, and what to mind.

use chrono::TimeDelta;
use domain::{CoverageState, FlagStatus};
use dossier::{
    account::{Side, brief, flag_decisions, grouped, length, length_of, moment, stretch},
    model::AttemptResult,
};
use serde_json::{Value, json};

use super::{NAME, Reading, count, counted};

/// Everything of the first pages but the warnings.
pub(super) fn of(reading: &Reading<'_>) -> Value {
    let dossier = reading.dossier;
    let room = &dossier.room;
    let title = room.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or(&room.room);
    let title = reading.scribe.said(title, 200);
    let plain = title["text"].as_str().unwrap_or("").to_owned();
    json!({
        "document_title": format!("Event dossier: {plain}"),
        "document_description": format!("What aired in the room {}, and what was done", reading.scribe.plain(&room.room, NAME)),
        "author": dossier.product,
        "running_title": reading.scribe.said(&shortened(room.title.as_deref().unwrap_or(&room.room)), 80),
        "running_foot": format!("Checkpoint {} · root {}", count_of(dossier.pin.size), dossier.pin.root),
        "title_length": plain.chars().count(),
        "title": title,
        "cover_facts": facts(reading),
        "verdict": verdict(reading),
        "states": states(reading),
        "categories": categories(reading),
        "checkpoint": [
            { "label": "Log", "value": dossier.pin.origin },
            { "label": "Events in it", "value": count_of(dossier.pin.size) },
            { "label": "Root", "value": dossier.pin.root },
        ],
        "checkpoint_lines": [dossier.pin.origin, dossier.pin.size.to_string(), dossier.pin.root],
        "summary": summary(reading),
    })
}

/// Short enough for the head of a page.
fn shortened(title: &str) -> String {
    if title.chars().count() > 70 { title.chars().take(69).chain(['…']).collect() } else { title.to_owned() }
}

fn count_of(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn facts(reading: &Reading<'_>) -> Vec<Value> {
    let dossier = reading.dossier;
    let room = &dossier.room;
    let mut facts = vec![("Room", room.room.clone())];
    if !room.hosts.is_empty() {
        facts.push((if room.hosts.len() == 1 { "Host" } else { "Hosts" }, room.hosts.join(", ")));
    }
    facts.extend(room.language.clone().map(|language| ("Language expected", language)));
    facts.push(("Scheduled", room.scheduled.map_or_else(|| "not announced".to_owned(), moment)));
    facts.push(match dossier.period {
        Some(period) => {
            ("Period", format!("{} ({})", stretch(period.from, period.to), length_of(period.to - period.from)))
        }
        None => ("Period", "no sound was received".to_owned()),
    });
    facts.extend(dossier.as_of.map(|at| ("As known on", moment(at))));
    facts.push(("Written by", dossier.product.clone()));
    let fact = |(label, value): (&str, String)| json!({ "label": label, "value": reading.scribe.said(&value, 400) });
    facts.into_iter().map(fact).collect()
}

/// The numbers that stand for all others.
fn verdict(reading: &Reading<'_>) -> Vec<Value> {
    let totals = &reading.dossier.totals;
    let unheard: i64 = reading.gaps.iter().map(dossier::account::Gap::samples).sum();
    let shown = reading.flags.iter().filter(|flag| !flag.is_suppressed());
    let (flags, decided) = shown.fold((0_usize, 0_usize), |(flags, decided), flag| {
        (flags + 1, decided + usize::from(!flag_decisions(reading.dossier, flag.flag).is_empty()))
    });
    let by = |side| reading.gaps.iter().filter(move |gap| gap.side() == side).map(dossier::account::Gap::samples).sum();
    let (ours, source, way): (i64, i64, i64) = (by(Side::Ours), by(Side::Source), by(Side::OnTheWay));
    let figure = |figure: String, unit: &str, label: String, alarm: bool| json!({ "figure": figure, "unit": unit, "label": label, "alarm": alarm });
    let unaccounted = totals.unaccounted_samples;
    vec![
        figure(grouped(unaccounted), "samples", "unaccounted for".to_owned(), unaccounted != 0),
        figure(
            share(totals.samples - unheard, totals.samples),
            "%",
            format!("of {} of sound was heard", brief(totals.samples)),
            false,
        ),
        figure(count(flags), "", format!("flags, {} of them decided on", count(decided)), flags > decided),
        figure(exposure(reading, |_| true), "", "listener-minutes of exposure, summed over flags".to_owned(), false),
        figure(brief(ours), "", "not heard by our own failure or plan".to_owned(), ours > 0),
        figure(brief(source + way), "", "not sent by the source, or lost on the way to us".to_owned(), false),
        figure(
            count_of(totals.failed_attempts),
            "",
            format!("of {} attempts to connect failed", count_of(totals.attempts)),
            false,
        ),
        figure(
            totals.peak_listeners.map_or("–".to_owned(), grouped),
            "",
            if totals.peak_listeners.is_some() { "listeners at the peak" } else { "listeners: nobody reported them" }
                .to_owned(),
            false,
        ),
    ]
}

/// A share in percent with one digit, rounded down, so that only all of it is 100.
pub(super) fn share(part: i64, whole: i64) -> String {
    let tenths = i128::from(part) * 1000 / i128::from(whole.max(1));
    if tenths % 10 == 0 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// Listener-minutes over some flags, rounded down; a dash where nobody counted listeners.
fn exposure(reading: &Reading<'_>, is_of: impl Fn(&dossier::model::Flag) -> bool) -> String {
    let shown = reading.flags.iter().filter(|flag| !flag.is_suppressed() && is_of(flag.flag));
    let known: Vec<i64> = shown.filter_map(|flag| Some(flag.flag.exposure?.listener_seconds)).collect();
    if known.is_empty() { "–".to_owned() } else { grouped(known.iter().sum::<i64>() / 60) }
}

fn states(reading: &Reading<'_>) -> Vec<Value> {
    let totals = &reading.dossier.totals;
    let state = |state: &CoverageState| {
        let samples = totals.samples_of(*state);
        json!({
            "state": state.as_str(), "label": state.as_str(), "time": length(samples),
            "share": format!("{} %", share(samples, totals.samples)),
            "ratio": samples as f64 / totals.samples.max(1) as f64,
        })
    };
    CoverageState::ALL.iter().map(state).collect()
}

fn categories(reading: &Reading<'_>) -> Vec<Value> {
    let category = |entry: &dossier::model::Count| {
        let exposure = exposure(reading, |flag| flag.category.as_str() == entry.name);
        json!({ "category": entry.name.replace('_', " "), "flags": count_of(entry.count), "exposure": exposure })
    };
    reading.dossier.totals.flags_by_category.iter().map(category).collect()
}

/// The story in a few lines, from facts alone.
fn summary(reading: &Reading<'_>) -> Vec<Value> {
    let dossier = reading.dossier;
    let totals = &dossier.totals;
    let mut lines = Vec::new();
    let began = dossier.epochs().map(|(_, epoch)| epoch.began).min();
    if let (Some(scheduled), Some(began)) = (dossier.room.scheduled, began) {
        let late = began - scheduled;
        let how = if late > TimeDelta::zero() {
            format!("{} after the time for which it was scheduled", length_of(late))
        } else {
            "by the time for which it was scheduled".to_owned()
        };
        lines.push(format!("The first sound came {how}."));
    }
    let failed = dossier.attempts.iter().filter(|attempt| attempt.result != AttemptResult::Connected).count();
    if failed > 0 {
        lines.push(format!("Before or between connections, {} failed.", counted(failed, "attempt")));
    }
    lines.push(format!(
        "{} of sound in {} and {}; every sample of it has exactly one state{}.",
        length(totals.samples),
        counted(dossier.streams.len(), "stream"),
        counted(dossier.epochs().count(), "connection"),
        if totals.unaccounted_samples == 0 { "" } else { ", but for those that are unaccounted for" },
    ));
    let unheard: i64 = reading.gaps.iter().map(dossier::account::Gap::samples).sum();
    lines.push(if reading.gaps.is_empty() {
        "Nothing of it went unheard.".to_owned()
    } else {
        format!(
            "{} of it went unheard, in {}, each with its reason.",
            length(unheard),
            counted(reading.gaps.len(), "stretch").replace("stretchs", "stretches")
        )
    });
    let confirmed = dossier.flags.iter().filter(|flag| flag.status == FlagStatus::Confirmed).count();
    let shown = reading.flags.iter().filter(|flag| !flag.is_suppressed()).count();
    lines.push(match shown {
        0 => "No rule and no classifier pointed at anything.".to_owned(),
        _ => format!(
            "Rules and classifiers raised {}; a second hearing by another model confirmed {}. {} on them, with {}.",
            counted(shown, "flag"),
            count(confirmed),
            opened(dossier.cases.len()),
            counted(usize::try_from(totals.decisions).unwrap_or(usize::MAX), "decision"),
        ),
    });
    lines.iter().map(|line| reading.scribe.said(line, 400)).collect()
}

/// `1 case was opened`, `2 cases were opened`.
fn opened(cases: usize) -> String {
    format!("{} {} opened", counted(cases, "case"), if cases == 1 { "was" } else { "were" })
}

/// What a reader must not overlook.
pub(super) fn warnings(reading: &Reading<'_>) -> Vec<Value> {
    let totals = &reading.dossier.totals;
    let mut lines = Vec::new();
    if totals.unaccounted_samples != 0 {
        lines.push(format!(
            "{} are unaccounted for: the record is broken.",
            counted(usize::try_from(totals.unaccounted_samples.unsigned_abs()).unwrap_or(usize::MAX), "sample")
        ));
    }
    let open = reading.dossier.epochs().filter(|(_, epoch)| epoch.closed.is_none()).count();
    if open > 0 {
        lines.push(format!(
            "{} had not been closed when this was written: the room may not have ended.",
            counted(open, "connection")
        ));
    }
    let pending = totals.samples_of(CoverageState::Pending);
    if pending > 0 {
        lines.push(format!("{} of sound was still on its way through when this was written.", length(pending)));
    }
    let unscreened = reading
        .dossier
        .windows()
        .filter(|(.., window)| window.screened.is_none() && !window.segments.is_empty())
        .count();
    if unscreened > 0 {
        lines
            .push(format!("{} with words had not been screened when this was written.", counted(unscreened, "window")));
    }
    if totals.suspect_segments > 0 {
        lines.push(format!(
            "{} of text are suspect: a guard holds them for invented. They are kept, and raise no flag.",
            counted(usize::try_from(totals.suspect_segments).unwrap_or(usize::MAX), "segment")
        ));
    }
    let erased = reading.dossier.segments().filter(|(.., segment)| segment.erased.is_some()).count();
    if erased > 0 {
        lines.push(format!(
            "The words of {} were erased since; their times and states stand.",
            counted(erased, "segment")
        ));
    }
    if totals.peak_listeners.is_none() {
        lines.push("Nobody reported how many listened: reach and exposure are unknown, not zero.".to_owned());
    }
    let marked = reading.scribe.marked();
    if marked > 0 {
        lines.push(format!("{} that the fonts of this document lack, or that cannot be seen, are marked ▯. The transcript files hold them.", counted(marked, "character")));
    }
    lines.iter().map(|line| reading.scribe.said(line, 400)).collect()
}
