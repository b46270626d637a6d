//! The flags: an overview, each one with its words, and those that were kept back.

use std::{cmp::Reverse, collections::BTreeSet};

use domain::{Category, Decision, FlagStatus, Outcome, SAMPLE_RATE_HZ};
use dossier::{
    account::{
        HeardWord, NumberedFlag, clock, decision_told, exposure_told, flag_decisions, grouped, length, words_around,
    },
    model::{ClipState, Finding, Flag},
};
use serde_json::{Value, json};

use super::{PASSAGE, Reading, bounded, count, more_told};
use crate::script::is_rtl;

/// Flags in the overview.
const ROWS: usize = 2000;
/// Flags told in full: the gravest, where there are more.
const DETAILS: usize = 1000;
/// Suppressed flags that are listed.
const SUPPRESSED: usize = 200;
/// Words before and after those that carry a flag: that many seconds, that many words.
const AROUND: i64 = 4 * SAMPLE_RATE_HZ;
const WORDS: usize = 120;
const FINDINGS: usize = 6;
const DECISIONS: usize = 6;

/// All flags that are not suppressed.
pub(super) fn of(reading: &Reading<'_>) -> Value {
    let shown: Vec<&NumberedFlag<'_>> = reading.flags.iter().filter(|flag| !flag.is_suppressed()).collect();
    let mut by_weight: Vec<usize> = (0..shown.len()).collect();
    by_weight.sort_by_key(|index| (Reverse(shown[*index].flag.severity), *index));
    let told: BTreeSet<usize> = by_weight.into_iter().take(DETAILS).collect();
    let rows = shown.iter().enumerate().map(|(index, flag)| row(reading, flag, told.contains(&index))).collect();
    let mut view = bounded(rows, ROWS, "flags", "tables/flags.csv");
    view["details"] = told.iter().map(|index| details(reading, shown[*index])).collect();
    view["more_details"] = json!(more_told(
        shown.len() - told.len(),
        "flags of lesser severity, each with all of its facts,",
        "tables/flags.csv"
    ));
    view
}

fn name(category: Category) -> String {
    category.as_str().replace('_', " ")
}

fn row(reading: &Reading<'_>, numbered: &NumberedFlag<'_>, is_told: bool) -> Value {
    let flag = numbered.flag;
    let decided = match flag_decisions(reading.dossier, flag).last() {
        None => "none yet",
        Some(decision) => match decision.outcome {
            Outcome::NoAction { .. } => "no action",
            Outcome::Restrict(_) => "restricted",
        },
    };
    json!({
        "number": numbered.number, "is_told": is_told, "time": clock(flag.wall), "category": name(flag.category),
        "severity": flag.severity.as_str(), "status": flag.status.as_str(),
        "reach": flag.reach.map_or("–".to_owned(), grouped),
        "exposure": flag.exposure.map_or("–".to_owned(), |exposure| grouped(exposure.listener_seconds / 60)),
        "decision": decided,
    })
}

fn details(reading: &Reading<'_>, numbered: &NumberedFlag<'_>) -> Value {
    let flag = numbered.flag;
    let words = words(reading, flag);
    let decisions = flag_decisions(reading.dossier, flag);
    let findings = flag.findings.iter().take(FINDINGS).map(|finding| found(reading, finding)).collect::<Vec<_>>();
    json!({
        "number": numbered.number,
        "heading": format!("Flag {}: {} at {}", numbered.number, name(flag.category), clock(flag.wall)),
        "is_long": findings.len() + decisions.len() > 3 || words.len() > 80,
        "category": name(flag.category), "severity": flag.severity.as_str(), "status_told": status(flag.status),
        "rtl": is_rtl(&flag.words),
        "words": words,
        "facts": facts(reading, flag),
        "more_findings": more_told(flag.findings.len() - findings.len(), "findings", "tables/findings.csv"),
        "findings": findings,
        "decisions": told(reading, decisions),
        "more_decisions": more_told(decisions.len().saturating_sub(DECISIONS), "decisions before these", "tables/decisions.csv"),
    })
}

const fn status(status: FlagStatus) -> &'static str {
    match status {
        FlagStatus::Provisional => "provisional: heard once",
        FlagStatus::Confirmed => "confirmed: a second hearing by another model agrees",
        FlagStatus::Unconfirmed => "unconfirmed: a second hearing by another model does not agree",
        FlagStatus::Suppressed => "suppressed: an exclusion holds, or the text is suspect",
    }
}

/// The words around a flag; its own, as they were stored with it, where none stands in the windows.
fn words(reading: &Reading<'_>, flag: &Flag) -> Vec<Value> {
    let word = |heard: &HeardWord<'_>| {
        let text = reading.scribe.plain(heard.word, 80);
        json!({ "text": text, "carries": heard.carries, "doubted": heard.doubted })
    };
    let around = words_around(reading.dossier, flag, AROUND);
    if around.iter().any(|heard| heard.carries) {
        let first = around.iter().position(|heard| heard.carries).unwrap_or(0).saturating_sub(24);
        let mut words: Vec<Value> = around[first..].iter().take(WORDS).map(word).collect();
        let more = around.len() - first - words.len();
        if more > 0 {
            let text = format!("… ({} more words in the transcript)", count(more));
            words.push(json!({ "text": text, "carries": false, "doubted": false }));
        }
        return words;
    }
    let kept: Vec<&str> = flag.words.split_whitespace().collect();
    kept.into_iter().take(WORDS).map(|text| word(&HeardWord { word: text, carries: true, doubted: false })).collect()
}

fn facts(reading: &Reading<'_>, flag: &Flag) -> Vec<Value> {
    let range = format!(
        "{}, epoch {}, samples {} to {} ({})",
        flag.stream,
        flag.epoch,
        grouped(flag.first),
        grouped(flag.end),
        length(flag.end - flag.first),
    );
    let clip = reading.dossier.clips.iter().find(|clip| clip.flag == flag.flag);
    let reach = flag.reach.map_or("unknown".to_owned(), |reach| format!("{} listeners at that second", grouped(reach)));
    let exposure = exposure_told(flag).unwrap_or_else(|| "unknown: nobody reported listeners".to_owned());
    let said = |label: &str, value: &str| json!({ "label": label, "value": reading.scribe.said(value, 400) });
    let exact = |label: &str, value: &str| json!({ "label": label, "value": reading.scribe.exact(value) });
    let mut facts = vec![said("Where", &range), said("Reach", &reach), said("Exposure", &exposure)];
    facts.extend(clip.map(|clip| match (clip.state, &clip.path) {
        (ClipState::Included, Some(path)) => exact("Sound", path),
        (ClipState::Included, None) => said("Sound", "not in this bundle"),
        (ClipState::Expired, _) => said("Sound", "was gone before it could be cut"),
        (ClipState::Unreadable, _) => said("Sound", "could not be read when it was to be cut"),
        (ClipState::Erased, _) => said("Sound", "was erased since"),
        (ClipState::LeftOut, _) => said("Sound", "left out of this bundle on request"),
    }));
    facts.extend(clip.and_then(|clip| clip.sha256.as_deref()).map(|hash| exact("Its SHA-256", hash)));
    facts.push(exact("Id", &flag.flag.to_string()));
    facts
}

fn found(reading: &Reading<'_>, finding: &Finding) -> Value {
    let (by, hash) = match (&finding.rule, &finding.head) {
        (Some(rule), _) => (
            format!("rule {rule} {}", finding.version.as_deref().unwrap_or("")),
            finding.pack.as_deref().map(|pack| format!("pack {}", &short(pack))),
        ),
        (None, Some(head)) => (
            format!("classifier head {head}"),
            finding.model.as_deref().map(|model| format!("model {}", &short(model))),
        ),
        (None, None) => ("unknown".to_owned(), None),
    };
    json!({
        "by": reading.name(&by), "version": hash.unwrap_or_default(), "words": reading.scribe.said(&finding.words, 400),
        "why": reading.scribe.said(&finding.why, 300), "score": finding.score.to_string(),
    })
}

/// The beginning of a hash, enough to find it in the list of tools.
fn short(hash: &str) -> String {
    hash.chars().take(16).chain(['…']).collect()
}

/// The last decisions, each in its lines.
fn told(reading: &Reading<'_>, decisions: &[Decision]) -> Vec<Value> {
    let skipped = decisions.len().saturating_sub(DECISIONS);
    let decision = |(index, decision): (usize, &Decision)| {
        let mut lines = decision_told(decision).into_iter().map(|line| reading.scribe.said(&line, PASSAGE));
        let outcome = lines.next();
        let heading = if index + 1 == decisions.len() { "Decision in effect" } else { "Decision, replaced since" };
        json!({ "heading": heading, "outcome": outcome, "lines": lines.collect::<Vec<_>>() })
    };
    decisions.iter().enumerate().skip(skipped).map(decision).collect()
}

/// Flags that an exclusion or a guard kept back: listed, so that a reader can see what was not shown to anybody.
pub(super) fn suppressed(reading: &Reading<'_>) -> Value {
    let kept_back = reading.flags.iter().filter(|flag| flag.is_suppressed());
    let row = |numbered: &NumberedFlag<'_>| {
        let flag = numbered.flag;
        let why = flag.findings.first().map_or("", |finding| finding.why.as_str());
        json!({
            "number": numbered.number, "time": clock(flag.wall), "category": name(flag.category),
            "words": reading.scribe.said(&flag.words, 160), "why": reading.scribe.said(why, 160),
        })
    };
    bounded(kept_back.map(row).collect(), SUPPRESSED, "suppressed flags", "tables/flags.csv")
}
