//! The picture of the room: listeners, attempts, failures, streams and flags on one axis.

use std::collections::BTreeSet;

use domain::CoverageState;
use dossier::{
    account::{BETWEEN, LaneSpan, Side, clock, columns, day, grouped, lanes, length, moment, wall},
    model::AttemptResult,
};
use serde_json::{Value, json};

use super::{Reading, count, counted, more_told};

/// Columns of the picture: finer than a printer shows.
const COLUMNS: usize = 720;
/// Streams that fit on the page.
const LANES: usize = 16;

/// What the timeline page is given.
pub(super) fn of(reading: &Reading<'_>) -> Value {
    let (dossier, axis) = (reading.dossier, reading.axis);
    let all = lanes(dossier, axis, COLUMNS);
    let more = all.len().saturating_sub(LANES);
    let lane = |lane: &dossier::account::Lane<'_>| json!({ "name": reading.scribe.said(lane.stream, 22), "spans": spans(&lane.spans) });
    json!({
        "from": axis.from.format("%H:%M:%S").to_string(),
        "to": axis.to.format("%H:%M:%S UTC").to_string(),
        "caption": caption(reading),
        "alt": alt(reading),
        "ticks": axis.ticks().iter().map(|tick| json!({ "at": tick.at, "label": tick.label })).collect::<Vec<_>>(),
        "marks": marks(reading),
        "listeners": listeners(reading),
        "attempts": attempts(reading),
        "source": { "label": "Not sent, or lost\non the way to us", "spans": spans(&failures(reading, false)) },
        "ours": { "label": "Our own failures\nand delays", "spans": spans(&failures(reading, true)) },
        "lanes": all.iter().take(LANES).map(lane).collect::<Vec<_>>(),
        "flags": flags(reading),
        "legend": legend(reading),
        "more": more_told(more, "streams", "tables/coverage.csv"),
    })
}

fn spans(spans: &[LaneSpan]) -> Vec<Value> {
    spans.iter().map(|span| json!({ "from": span.from, "to": span.to, "state": span.state })).collect()
}

fn caption(reading: &Reading<'_>) -> String {
    let axis = reading.axis;
    let (first, last) = (day(axis.from), day(axis.to));
    let days = if first == last { first } else { format!("{first} to {last}") };
    format!(
        "{days}, wall time in UTC. What the source did, what we did, and what was said stand on one axis. A loss is drawn \
         wider than it was where it would not show."
    )
}

/// The picture in words, for who cannot see it.
fn alt(reading: &Reading<'_>) -> String {
    let totals = &reading.dossier.totals;
    let state = |state: &CoverageState| format!("{} {}", state.as_str(), length(totals.samples_of(*state)));
    let states: Vec<String> = CoverageState::ALL.iter().map(state).collect();
    let flags: Vec<String> = reading
        .flags
        .iter()
        .filter(|flag| !flag.is_suppressed())
        .take(20)
        .map(|flag| format!("{} {} at {}", flag.number, flag.flag.category, clock(flag.flag.wall)))
        .collect();
    let text = format!(
        "Timeline from {} to {}. {}. Seconds by state over all streams: {}. Flags: {}. The tables that follow hold every \
         stretch.",
        moment(reading.axis.from),
        moment(reading.axis.to),
        counted(reading.dossier.streams.len(), "stream"),
        states.join(", "),
        if flags.is_empty() { "none".to_owned() } else { flags.join(", ") },
    );
    reading.scribe.plain(&text, 4000)
}

fn marks(reading: &Reading<'_>) -> Vec<Value> {
    let dossier = reading.dossier;
    let spoken = dossier.epochs().filter_map(|(_, epoch)| {
        let first = epoch.intervals.iter().find(|interval| interval.state == CoverageState::Transcribed)?;
        Some(wall(epoch, first.first))
    });
    let mut marks = Vec::new();
    marks.extend(dossier.room.scheduled.map(|at| (at, format!("scheduled {}", at.format("%H:%M:%S")))));
    marks.extend(spoken.min().map(|at| (at, format!("first word {}", at.format("%H:%M:%S")))));
    marks.sort();
    let mut told: Vec<(f64, String)> = Vec::new();
    for (at, label) in marks {
        let place = reading.axis.place(at);
        match told.last_mut() {
            Some((last, before)) if place - *last < 0.14 => {
                *before = format!("{before} · {label}");
                told.push((place, String::new()));
            }
            _ => told.push((place, label)),
        }
    }
    told.iter().map(|(at, label)| json!({ "at": at, "label": label })).collect()
}

/// The most that listened in each column, as a line of steps; null where nobody reported.
fn listeners(reading: &Reading<'_>) -> Option<Value> {
    let dossier = reading.dossier;
    let peak = dossier.listeners.iter().map(|step| step.listeners).max()?.max(1);
    let mut heights: Vec<Option<i64>> = vec![None; COLUMNS];
    for (index, step) in dossier.listeners.iter().enumerate() {
        let end = dossier.listeners.get(index + 1).map_or(reading.axis.to, |next| next.from);
        let (from, to) = (reading.axis.place(step.from), reading.axis.place(end));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places lie in 0..=1")]
        let (first, last) = ((from * COLUMNS as f64) as usize, (to * COLUMNS as f64).ceil() as usize);
        for height in heights.iter_mut().take(last).skip(first) {
            *height = (*height).max(Some(step.listeners));
        }
    }
    let mut points: Vec<[f64; 2]> = Vec::new();
    for (column, height) in heights.iter().enumerate() {
        let y = height.unwrap_or(0) as f64 / peak as f64;
        let (from, to) = (column as f64 / COLUMNS as f64, (column + 1) as f64 / COLUMNS as f64);
        match points.last_mut() {
            Some(last) if (last[1] - y).abs() < 1e-9 => last[0] = to,
            _ => points.extend([[from, y], [to, y]]),
        }
    }
    Some(json!({ "peak": grouped(peak), "points": points }))
}

/// One sign a column and result.
fn attempts(reading: &Reading<'_>) -> Vec<Value> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places lie in 0..=1")]
    let column = |at| (reading.axis.place(at) * 240.0) as usize;
    let seen = reading.dossier.attempts.iter();
    let seen: BTreeSet<_> =
        seen.map(|attempt| (attempt.result == AttemptResult::Connected, column(attempt.at))).collect();
    seen.into_iter().map(|(is_ok, column)| json!({ "at": column as f64 / 240.0, "ok": is_ok })).collect()
}

/// Ours, or what lies before us: gaps, and for the source the time without a connection.
fn failures(reading: &Reading<'_>, ours: bool) -> Vec<LaneSpan> {
    let gaps = reading.gaps.iter().filter(|gap| (gap.side() == Side::Ours) == ours);
    let gaps = gaps.map(|gap| (gap.from, gap.to, gap.state.as_str()));
    let between = reading.dossier.streams.iter().flat_map(|stream| &stream.between).filter(|_| !ours);
    columns(reading.axis, COLUMNS, gaps.chain(between.map(|between| (between.from, between.to, BETWEEN))))
}

/// Marks with the numbers that stand under them.
fn flags(reading: &Reading<'_>) -> Vec<Value> {
    // Nearer ones stand under one mark, so that their numbers can be read.
    let apart = if reading.flags.len() < 100 { 0.034 } else { 0.06 };
    let mut marks: Vec<(f64, Vec<&str>)> = Vec::new();
    for flag in reading.flags.iter().filter(|flag| !flag.is_suppressed()) {
        let at = reading.axis.place(flag.flag.wall);
        match marks.last_mut() {
            Some((last, numbers)) if at - *last < apart => numbers.push(&flag.number),
            _ => marks.push((at, vec![&flag.number])),
        }
    }
    let label = |numbers: &[&str]| match numbers {
        [first, .., last] => format!("{first}–{last}"),
        other => other.concat(),
    };
    marks.iter().map(|(at, numbers)| json!({ "at": at, "label": label(numbers) })).collect()
}

fn legend(reading: &Reading<'_>) -> Vec<Value> {
    let totals = &reading.dossier.totals;
    let state = |state: &CoverageState| {
        let time = length(totals.samples_of(*state));
        json!({ "state": state.as_str(), "label": format!("{} {time}", state.as_str()) })
    };
    let mut legend: Vec<Value> = CoverageState::ALL.iter().map(state).collect();
    let between: usize = reading.dossier.streams.iter().map(|stream| stream.between.len()).sum();
    legend.push(json!({ "state": BETWEEN, "label": format!("no connection ({})", count(between)) }));
    legend
}
