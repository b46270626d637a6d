//! What aired, who could hear it, and what decided.

use std::collections::BTreeMap;

use domain::CoverageState;
use dossier::{
    account::{clock, grouped, length, moment, seconds},
    model::{ClosedHow, Stream},
};
use serde_json::{Value, json};

use super::{Reading, bounded, count, counted, more_told};

const EPOCHS: usize = 200;
const STREAMS: usize = 60;
const STEPS: usize = 14;
const SETTINGS: usize = 8;

/// Connections, and seconds by stream and state.
pub(super) fn of(reading: &Reading<'_>) -> Value {
    let dossier = reading.dossier;
    let epochs: Vec<Value> = dossier
        .epochs()
        .take(EPOCHS)
        .map(|(stream, epoch)| {
            json!({
                "stream": reading.name(&stream.stream), "epoch": epoch.epoch.to_string(),
                "began": moment(epoch.began).replace(" UTC", ""), "ended": clock(epoch.end()),
                "length": length(epoch.samples), "closed": closed(epoch.closed), "source": reading.name(&epoch.source),
            })
        })
        .collect();
    let total = dossier.epochs().count();
    let heads: Vec<&str> = CoverageState::NAMES.iter().copied().chain(["between", "unaccounted"]).collect();
    json!({
        "intro": format!(
            "{} and {}: {} of sound in all.",
            counted(dossier.streams.len(), "stream"), counted(total, "connection"), length(dossier.totals.samples),
        ),
        "epochs": epochs,
        "more": more_told(total.saturating_sub(EPOCHS), "connections", "tables/epochs.csv"),
        "state_heads": heads,
        "by_stream": dossier.streams.iter().take(STREAMS).map(|stream| by_state(reading, stream)).collect::<Vec<_>>(),
        "more_streams": more_told(dossier.streams.len().saturating_sub(STREAMS), "streams", "tables/coverage.csv"),
    })
}

fn closed(how: Option<ClosedHow>) -> &'static str {
    match how {
        Some(ClosedHow::Ended) => "ended by the source",
        Some(ClosedHow::Idle) => "nothing came for too long",
        Some(ClosedHow::Superseded) => "a new connection opened",
        None => "still open",
    }
}

fn by_state(reading: &Reading<'_>, stream: &Stream) -> Value {
    let mut sums: BTreeMap<CoverageState, i64> = CoverageState::ALL.iter().map(|state| (*state, 0)).collect();
    let mut unaccounted = 0_i64;
    for epoch in &stream.epochs {
        unaccounted += epoch.samples;
        for interval in &epoch.intervals {
            *sums.entry(interval.state).or_default() += interval.end - interval.first;
            unaccounted -= interval.end - interval.first;
        }
    }
    let mut columns: Vec<String> = CoverageState::ALL.iter().map(|state| seconds(sums[state])).collect();
    let between: i64 = stream.between.iter().map(|between| (between.to - between.from).num_milliseconds()).sum();
    columns.push(seconds(between.saturating_mul(16)));
    columns.push(seconds(unaccounted));
    json!({ "stream": reading.name(&stream.stream), "seconds": columns })
}

/// Listener counts, thinned to what fits, the peak among them.
pub(super) fn listeners(reading: &Reading<'_>) -> Value {
    let dossier = reading.dossier;
    let steps = &dossier.listeners;
    let Some(peak) = (0..steps.len()).max_by_key(|index| (steps[*index].listeners, std::cmp::Reverse(*index))) else {
        let intro = "Nobody reported how many listened: reach and exposure are unknown.";
        return json!({ "intro": intro, "rows": [], "more": null });
    };
    let every = steps.len().div_ceil(STEPS).max(1);
    let kept: Vec<usize> = (0..steps.len()).filter(|index| index % every == 0 || *index == peak).collect();
    let rows: Vec<Value> = kept
        .iter()
        .map(|index| {
            let note = if *index == peak { "the peak" } else { "" };
            json!({ "time": clock(steps[*index].from), "listeners": grouped(steps[*index].listeners), "note": note })
        })
        .collect();
    let intro = format!(
        "Counts as the platform reported them: at most {}, at {}; {} listener-hours over the period.",
        grouped(steps[peak].listeners),
        clock(steps[peak].from),
        dossier.totals.listener_seconds.map_or("unknown".to_owned(), |seconds| grouped(seconds / 3600)),
    );
    json!({ "intro": intro, "rows": rows, "more": more_told(steps.len() - kept.len(), "steps", "tables/listeners.csv") })
}

/// The exact versions of what heard and screened the room.
pub(super) fn tools(reading: &Reading<'_>) -> Value {
    let dossier = reading.dossier;
    let mut windows: BTreeMap<&str, usize> = BTreeMap::new();
    let mut packs: BTreeMap<&str, usize> = BTreeMap::new();
    for (.., window) in dossier.windows() {
        let screened = window.screened.as_ref();
        let used = window.model.iter().chain(&window.setting).chain(screened.and_then(|by| by.model.as_ref()));
        for hash in used {
            *windows.entry(hash).or_default() += 1;
        }
        if let Some(pack) = screened.and_then(|by| by.pack.as_ref()) {
            *packs.entry(pack).or_default() += 1;
        }
    }
    let used = |hash: &str| windows.get(hash).map_or_else(|| "–".to_owned(), |used| count(*used));
    let row = |part: &str, name: Value, hash: &str, settings: &str, windows: String| {
        let settings = reading.scribe.said(settings, 700);
        json!({ "part": part, "name": name, "hash": hash, "settings": settings, "windows": windows })
    };
    let mut rows: Vec<Value> = dossier
        .models
        .iter()
        .map(|model| {
            let part = match model.kind.as_str() {
                "recogniser" => "Recogniser",
                "voice_activity" => "Voice activity",
                "classifier" => "Classifier",
                other => other,
            };
            let name = reading.name(&format!("{}, run by {}", model.name, model.library));
            row(part, name, &model.sha256, "", used(&model.sha256))
        })
        .collect();
    rows.extend(packs.iter().map(|(pack, used)| row("Rule pack", reading.name("rules"), pack, "", count(*used))));
    rows.extend(dossier.settings.iter().take(SETTINGS).map(|setting| {
        let hash = &setting.sha256;
        row("Settings", reading.name("of the recogniser"), hash, &setting.body, used(hash))
    }));
    let hidden = dossier.settings.len().saturating_sub(SETTINGS);
    let mut tools = bounded(rows, 200, "parts", "tables/models.csv");
    if hidden > 0 {
        tools["more"] = json!(more_told(hidden, "sets of settings", "tables/settings.csv"));
    }
    tools
}
