//! The account in tables: seconds by state, gaps, attempts, assertions, what decided.

use std::collections::BTreeMap;

use domain::{CoverageReason, CoverageState};
use maud::{Markup, html};

use super::Reading;
use crate::account::{clock, day, grouped, length, moment, reason_meaning, reason_side, seconds, visible};

/// Rows of the longest tables; the CSV files have them all.
const ROWS: usize = 2000;

pub(super) fn markup(reading: &Reading<'_>) -> Markup {
    html! {
        section aria-labelledby="account" {
            h2 #account { "The account" }
            (by_stream(reading))
            (by_reason(reading))
            (attempts(reading))
            (assertions(reading))
            (tools(reading))
        }
    }
}

fn by_stream(reading: &Reading<'_>) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Seconds by stream and state" {
            table {
                caption { "Seconds of sound by stream and state. The states of a connection tile it from its first sample to its last." }
                thead { tr {
                    th scope="col" { "Stream" }
                    @for state in CoverageState::NAMES { th.num scope="col" { (state) } }
                    th.num scope="col" { "unaccounted" }
                } }
                tbody {
                    @for stream in &reading.dossier.streams {
                        @let samples: i64 = stream.epochs.iter().map(|epoch| epoch.samples).sum();
                        @let intervals = || stream.epochs.iter().flat_map(|epoch| &epoch.intervals);
                        @let known: i64 = intervals().map(|x| x.end - x.first).sum();
                        tr {
                            th scope="row" { bdi { (visible(&stream.stream)) } }
                            @for state in CoverageState::ALL {
                                td.num { (seconds(intervals().filter(|x| x.state == *state).map(|x| x.end - x.first).sum())) }
                            }
                            td.num { (seconds(samples - known)) }
                        }
                    }
                }
            }
        }
    }
}

fn by_reason(reading: &Reading<'_>) -> Markup {
    let mut sums: BTreeMap<CoverageReason, (usize, i64)> = BTreeMap::new();
    for gap in &reading.gaps {
        if let Some(reason) = gap.reason {
            let sum = sums.entry(reason).or_default();
            *sum = (sum.0 + 1, sum.1 + gap.samples());
        }
    }
    html! {
        h3 { "What we could not hear, and why" }
        @if sums.is_empty() { p { "Nothing: every second was heard, or holds nothing to hear." } } @else {
            div.scroll tabindex="0" role="region" aria-label="What we could not hear" {
                table {
                    thead { tr {
                        th scope="col" { "Reason" } th scope="col" { "Whose" } th.num scope="col" { "Stretches" }
                        th.num scope="col" { "Time" } th scope="col" { "What it means" }
                    } }
                    tbody { @for (reason, (stretches, samples)) in &sums { tr {
                        th scope="row" { (reason) } td { (reason_side(*reason).told()) } td.num { (stretches) }
                        td.num { (length(*samples)) } td { (reason_meaning(*reason)) }
                    } } }
                }
            }
            p.soft.small { "Each stretch stands in the transcript above, at its time." }
        }
    }
}

fn attempts(reading: &Reading<'_>) -> Markup {
    let attempts = &reading.dossier.attempts;
    html! {
        h3 { "What we observed of the source" }
        p { "Attempts to connect, as our own clock and network saw them." }
        @if attempts.is_empty() { p { "No attempt was recorded." } } @else {
            details {
                summary { (attempts.len()) " attempts" }
                div.scroll tabindex="0" role="region" aria-label="Attempts to connect" {
                    table {
                        thead { tr {
                            th scope="col" { "Time" } th scope="col" { "Stream" } th scope="col" { "Result" }
                            th.num scope="col" { "Status" } th.num scope="col" { "Latency" } th scope="col" { "Source" }
                        } }
                        tbody { @for attempt in attempts.iter().take(ROWS) { tr {
                            td { (day(attempt.at)) ", " (clock(attempt.at)) } td { bdi { (visible(&attempt.stream)) } } td { (attempt.result) }
                            td.num { @if let Some(status) = attempt.status { (status) } }
                            td.num { @if let Some(latency) = attempt.latency_ms { (latency) " ms" } }
                            td { bdi { (visible(&attempt.source)) } }
                        } } }
                    }
                }
                @if attempts.len() > ROWS { p.soft { (attempts.len() - ROWS) " more attempts in tables/attempts.csv." } }
            }
        }
    }
}

fn assertions(reading: &Reading<'_>) -> Markup {
    html! {
        h3 { "What others assert" }
        p { "Passed on under the name of who said it. Nothing here was checked by us, and no number rests on it." }
        @if reading.dossier.assertions.is_empty() { p { "No assertion was recorded." } }
        @for assertion in &reading.dossier.assertions {
            div.assertion {
                p.small.soft { "Asserted by " bdi dir="auto" { (visible(&assertion.by)) } ", " (moment(assertion.at)) }
                p { "“" bdi dir="auto" { (visible(&assertion.text)) } "”" }
            }
        }
    }
}

fn tools(reading: &Reading<'_>) -> Markup {
    html! {
        h3 { "What decided" }
        @if reading.dossier.models.is_empty() { p { "No model made anything here." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Models" {
                table {
                    thead { tr { th scope="col" { "Part" } th scope="col" { "Name" } th scope="col" { "SHA-256" } } }
                    tbody { @for model in &reading.dossier.models { tr {
                        td { (visible(&model.kind)) } td { (visible(&model.name)) ", " (visible(&model.library)) } td { code { (model.sha256) } }
                    } } }
                }
            }
        }
        p.soft.small { "Peak, reach and exposure rest on what the platform reported: " (grouped(i64::try_from(reading.dossier.listeners.len()).unwrap_or(i64::MAX))) " counts." }
    }
}
