//! What was not heard and why, what we observed of the source, and, apart from it, what others assert.

use std::collections::BTreeMap;

use domain::CoverageReason;
use dossier::account::{between_meaning, clock, day, grouped, length, length_of, moment, reason_meaning, reason_side};
use serde_json::{Value, json};

use super::{Reading, bounded, count, counted};

const GAPS: usize = 400;
const BETWEEN: usize = 120;
const ATTEMPTS: usize = 150;
const ASSERTIONS: usize = 60;

/// Every stretch that was not heard.
pub(super) fn gaps(reading: &Reading<'_>) -> Value {
    let row = |gap: &dossier::account::Gap<'_>| {
        json!({
            "from": clock(gap.from), "length": length(gap.samples()), "stream": reading.name(gap.stream),
            "state": gap.state.as_str(), "side": gap.side().told(),
            "reason": gap.reason.map_or("no reason stands in the record", CoverageReason::as_str),
        })
    };
    bounded(reading.gaps.iter().map(row).collect(), GAPS, "stretches", "tables/coverage.csv")
}

/// Every stretch without a connection.
pub(super) fn between(reading: &Reading<'_>) -> Value {
    let mut stretches: Vec<_> = reading
        .dossier
        .streams
        .iter()
        .flat_map(|stream| stream.between.iter().map(move |between| (between, stream.stream.as_str())))
        .collect();
    stretches.sort_by_key(|(between, stream)| (between.from, *stream));
    let row = |(between, stream): &(&dossier::model::Between, &str)| {
        json!({
            "from": clock(between.from), "to": clock(between.to), "length": length_of(between.to - between.from),
            "stream": reading.name(stream),
            "reason": format!("{}: {}", between.reason, between_meaning(between.reason)),
        })
    };
    bounded(stretches.iter().map(row).collect(), BETWEEN, "stretches", "tables/between.csv")
}

/// Sums by reason, and what of the text is in doubt.
pub(super) fn of(reading: &Reading<'_>) -> Value {
    let mut sums: BTreeMap<CoverageReason, (usize, i64)> = BTreeMap::new();
    for gap in &reading.gaps {
        if let Some(reason) = gap.reason {
            let sum = sums.entry(reason).or_default();
            *sum = (sum.0 + 1, sum.1.saturating_add(gap.samples()));
        }
    }
    let row = |(reason, (stretches, samples)): (&CoverageReason, &(usize, i64))| {
        json!({
            "reason": reason.as_str(), "side": reason_side(*reason).told(), "count": count(*stretches),
            "time": length(*samples), "meaning": reason_meaning(*reason),
        })
    };
    let doubts: Vec<Value> = doubts(reading).iter().map(|line| reading.scribe.said(line, 400)).collect();
    json!({ "rows": sums.iter().map(row).collect::<Vec<_>>(), "doubts": doubts })
}

fn doubts(reading: &Reading<'_>) -> Vec<String> {
    let (mut all, mut once, mut contradicted, mut weak) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (.., segment) in reading.dossier.segments() {
        for word in &segment.words {
            all += 1;
            once += usize::from(word.verified.is_none());
            contradicted += usize::from(word.verified == Some(false));
            weak += usize::from(word.p.value() < 0.5);
        }
    }
    let guarded = reading.dossier.windows().filter(|(.., window)| !window.guards.is_empty()).count();
    let mut lines = vec![format!(
        "{} were heard. {} of them once only; {} were not borne out by a second hearing; the recogniser itself gave {} \
         less than even odds.",
        counted(all, "word"),
        count(once),
        count(contradicted),
        count(weak),
    )];
    if guarded > 0 {
        let suspect = grouped(i64::try_from(reading.dossier.totals.suspect_segments).unwrap_or(i64::MAX));
        lines.push(format!(
            "Guards against invented text fired in {}; segments of text that are held for suspect: {suspect}.",
            counted(guarded, "window"),
        ));
    }
    lines
}

/// What we saw on trying to reach the source.
pub(super) fn attempts(reading: &Reading<'_>) -> Value {
    let row = |attempt: &dossier::model::AccessAttempt| {
        let mut detail = vec![attempt.source.clone()];
        detail.extend(attempt.status.map(|status| format!("status {status}")));
        detail.extend(attempt.retry_after_s.map(|seconds| format!("asked us to wait {seconds} s")));
        json!({
            "time": clock(attempt.at), "stream": reading.name(&attempt.stream), "result": attempt.result.as_str(),
            "latency": attempt.latency_ms.map_or("–".to_owned(), |millis| format!("{millis} ms")),
            "detail": reading.scribe.said(&detail.join(", "), 240),
        })
    };
    bounded(reading.dossier.attempts.iter().map(row).collect(), ATTEMPTS, "attempts", "tables/attempts.csv")
}

/// What others say.
pub(super) fn assertions(reading: &Reading<'_>) -> Value {
    let row = |assertion: &dossier::model::Assertion| {
        json!({
            "by": reading.name(&assertion.by), "time": moment(assertion.at), "day": day(assertion.at),
            "text": reading.passage(&assertion.text),
        })
    };
    bounded(reading.dossier.assertions.iter().map(row).collect(), ASSERTIONS, "assertions", "tables/assertions.csv")
}
