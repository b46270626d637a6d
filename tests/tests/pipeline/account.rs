//! The account of a room judged from outside: that intervals tile, that sums agree, that lists are closed.

use serde_json::{Value, json};

const STATES: [&str; 7] = ["transcribed", "silence", "music", "noise", "lost", "deferred", "pending"];
const NEEDS_REASON: [&str; 3] = ["lost", "deferred", "pending"];
const REASONS: [&str; 15] = [
    "ingest_gap",
    "source_error",
    "sequence_jump",
    "decode_error",
    "crc_mismatch",
    "retention_expired",
    "asr_empty",
    "asr_timeout",
    "asr_crash",
    "asr_guarded",
    "policy_deferred",
    "ad_break",
    "muted",
    "late",
    "in_flight",
];

/// Every fault of `coverage ROOM --json`; none is right.
pub(crate) fn coverage_faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for stream in list(&document["streams"]) {
        let name = text(&stream["stream"]);
        let mut by_state = [0_i64; STATES.len()];
        if stream["unaccounted_samples"] != 0 {
            faults.push(format!("{name}: unaccounted_samples {}", stream["unaccounted_samples"]));
        }
        for (number, epoch) in list(&stream["epochs"]).iter().enumerate() {
            if epoch["epoch"] != json!(number) {
                faults.push(format!("{name}: epoch {} stands at place {number}", epoch["epoch"]));
            }
            epoch_faults(epoch, &format!("{name}/{number}"), &mut by_state, &mut faults);
        }
        if list(&stream["between"]).len() + 1 < list(&stream["epochs"]).len() {
            faults.push(format!("{name}: time between epochs is missing"));
        }
        for (state, samples) in STATES.iter().zip(by_state) {
            let said = stream["seconds"][state].as_f64().unwrap_or(f64::NAN);
            if said.is_nan() || (said - samples as f64 / 16_000.0).abs() > 0.001 {
                faults.push(format!("{name}: {said} s of {state}, the intervals hold {samples} samples"));
            }
        }
    }
    faults
}

fn epoch_faults(epoch: &Value, name: &str, by_state: &mut [i64; STATES.len()], faults: &mut Vec<String>) {
    let mut at = 0;
    for interval in list(&epoch["intervals"]) {
        let (first, end) = (number(&interval["first"]), number(&interval["end"]));
        if first != at {
            faults.push(format!("{name}: {} at sample {}", if first > at { "gap" } else { "overlap" }, first.min(at)));
        }
        if end <= first {
            faults.push(format!("{name}: empty interval at {first}"));
        }
        let (state, reason) = (text(&interval["state"]), interval["reason"].as_str());
        match STATES.iter().position(|known| *known == state) {
            Some(place) => by_state[place] += end - first,
            None => faults.push(format!("{name}: unknown state {state}")),
        }
        if reason.is_none() && NEEDS_REASON.contains(&state) {
            faults.push(format!("{name}: {state} without a reason at {first}"));
        }
        if reason.is_some_and(|reason| !REASONS.contains(&reason)) {
            faults.push(format!("{name}: unknown reason {}", interval["reason"]));
        }
        at = end;
    }
    if at != number(&epoch["samples"]) {
        faults.push(format!("{name}: intervals end at {at}, samples {}", epoch["samples"]));
    }
}

/// Every fault of `transcript ROOM --json`.
pub(crate) fn transcript_faults(lines: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last = std::collections::BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        let epoch = (text(&line["stream"]), number(&line["epoch"]));
        let (first, end) = (number(&line["first"]), number(&line["end"]));
        if last.insert(epoch, end).is_some_and(|before| first < before) {
            faults.push(format!("line {place} begins before the one above ends"));
        }
        if !["single", "verified", "suspect"].contains(&text(&line["hearing"])) {
            faults.push(format!("line {place}: hearing {}", line["hearing"]));
        }
        let mut at = 0;
        for word in list(&line["words"]) {
            let (from, to) = (number(&word["first"]), number(&word["end"]));
            if from < at || to < from {
                faults.push(format!("line {place}: a word from {from} to {to} after {at}"));
            }
            at = from;
            if !word["p"].as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)) {
                faults.push(format!("line {place}: p {}", word["p"]));
            }
        }
    }
    faults
}

/// Every fault of `flags ROOM --json`.
pub(crate) fn flag_faults(flags: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for flag in list(flags) {
        let name = text(&flag["flag"]);
        let key = ["stream", "epoch", "category", "first", "end"].map(|part| flag[part].to_string());
        if !seen.insert(key) {
            faults.push(format!("{name} stands twice"));
        }
        if number(&flag["end"]) <= number(&flag["first"]) {
            faults.push(format!("{name}: empty range"));
        }
        if list(&flag["findings"]).is_empty() {
            faults.push(format!("{name}: no finding carries it"));
        }
        if !["low", "medium", "high", "critical"].contains(&text(&flag["severity"])) {
            faults.push(format!("{name}: severity {}", flag["severity"]));
        }
        if !["provisional", "confirmed", "unconfirmed", "suppressed"].contains(&text(&flag["status"])) {
            faults.push(format!("{name}: status {}", flag["status"]));
        }
    }
    faults
}

#[track_caller]
pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is not a list"))
}

#[track_caller]
pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is not a whole number"))
}

#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// The stream of that name in `coverage ROOM --json`.
#[track_caller]
pub(crate) fn stream<'a>(document: &'a Value, name: &str) -> &'a Value {
    let streams = list(&document["streams"]);
    streams.iter().find(|stream| stream["stream"] == name).unwrap_or_else(|| panic!("{name} is not in {document}"))
}

/// Fails on any fault of a room's three documents, and where anything still waits.
#[track_caller]
pub(crate) fn is_settled(instance: &crate::instance::Instance, room: &str) {
    let coverage = instance.coverage(room);
    assert_eq!(coverage_faults(&coverage), [""; 0], "{coverage:#}");
    for stream in list(&coverage["streams"]) {
        assert_eq!(stream["seconds"]["pending"], 0.0, "{stream:#}");
    }
    assert_eq!(transcript_faults(&instance.transcript(room)), [""; 0]);
    assert_eq!(flag_faults(&instance.flags(room)), [""; 0]);
}

#[test]
fn an_account_with_a_hole_an_overlap_or_a_wrong_sum_is_faulted() {
    let account = |intervals: Value, samples: i64, transcribed: f64| {
        let seconds = json!({"transcribed": transcribed, "silence": 0.0, "music": 0.0, "noise": 0.0, "lost": 0.0,
            "deferred": 0.0, "pending": 0.0, "between": 0.0});
        let epochs = json!([{"epoch": 0, "samples": samples, "intervals": intervals}]);
        let stream = json!({"stream": "a", "epochs": epochs, "between": [], "seconds": seconds,
            "unaccounted_samples": 0});
        coverage_faults(&json!({"streams": [stream]})).len()
    };
    let part = |first: i64, end: i64| json!({"first": first, "end": end, "state": "transcribed", "reason": null});
    assert_eq!(account(json!([part(0, 16_000), part(16_000, 32_000)]), 32_000, 2.0), 0);
    assert_eq!(account(json!([part(0, 8_000), part(16_000, 32_000)]), 32_000, 1.5), 1);
    assert_eq!(account(json!([part(0, 16_000), part(8_000, 32_000)]), 32_000, 2.5), 1);
    assert_eq!(account(json!([part(0, 32_000)]), 48_000, 2.0), 1);
    assert_eq!(account(json!([part(0, 32_000)]), 32_000, 3.0), 1);
    assert_eq!(account(json!([{"first": 0, "end": 1_600, "state": "lost", "reason": null}]), 1_600, 0.0), 2);
}
