//! The record against the events: what was recorded when it happened, and what the dossier says now.
//!
//! The events are what the log's head stands for; the record is what the database held when the bundle was made. Where
//! the two tell of the same, they must say the same.

use std::collections::HashMap;

use domain::Decision;
use ledger::{AuditEvent, format_instant};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Account, Code, Found};
use crate::{
    audit::hex,
    members::{EVENTS, RECORD},
    model::{Clip, Dossier, Epoch, Finding, Flag, Probability, Segment, Stream, Window},
};

/// Events by action and entity, in the order of the log.
struct Told<'e> {
    by_action: HashMap<&'e str, HashMap<&'e str, Vec<&'e AuditEvent>>>,
}

impl<'e> Told<'e> {
    fn of(events: &'e [(u64, AuditEvent)]) -> Self {
        let mut by_action: HashMap<&str, HashMap<&str, Vec<&AuditEvent>>> = HashMap::new();
        for (_, event) in events {
            by_action.entry(&event.action).or_default().entry(&event.entity_id).or_default().push(event);
        }
        Self { by_action }
    }

    fn all(&self, action: &str, id: &str) -> &[&'e AuditEvent] {
        self.by_action.get(action).and_then(|entities| entities.get(id)).map_or(&[], Vec::as_slice)
    }

    /// How many entities have an event of that action.
    fn count(&self, action: &str) -> usize {
        self.by_action.get(action).map_or(0, HashMap::len)
    }
}

/// What a record says differently from an event, by the payload's member.
struct Facts<'e> {
    payload: Option<&'e Map<String, Value>>,
    differ: Vec<String>,
}

impl<'e> Facts<'e> {
    fn of(payload: &'e Value) -> Self {
        Self { payload: payload.as_object(), differ: Vec::new() }
    }

    /// A member that is null in the record is absent in the event.
    fn is(&mut self, name: &str, said: &Value) {
        let told = self.payload.and_then(|payload| payload.get(name)).unwrap_or(&Value::Null);
        if told != said {
            self.differ.push(format!("{name} {said}, the event says {told}"));
        }
    }

    fn tell(self, found: &mut Found<'_>, of: &str) {
        for what in self.differ {
            found.add(Code::Log, Some(EVENTS), format!("{of}: the record says {what}"));
        }
    }
}

/// Checks what the record says against what the events say.
pub(super) fn check(dossier: &Dossier, events: &[(u64, AuditEvent)], found: &mut Found<'_>, account: &mut Account) {
    let told = Told::of(events);
    let mut counted = |action: &str, record: usize, what: &str| {
        let logged = told.count(action);
        if logged != record {
            found.add(Code::Log, Some(EVENTS), format!("the record has {record} {what}, the events tell of {logged}"));
        }
    };
    counted("window.stored", dossier.windows().count(), "windows");
    counted("flag.made", dossier.flags.len(), "flags");
    counted("epoch.opened", dossier.epochs().count(), "epochs");
    let decisions = dossier.cases.iter().map(|case| case.decisions.len()).sum();
    counted("decision.made", decisions, "decisions");
    counted("access.attempted", dossier.attempts.len(), "attempts to reach a source");
    for (stream, epoch) in dossier.epochs() {
        self::epoch(&told, stream, epoch, found);
    }
    for (stream, epoch, window) in dossier.windows() {
        self::window(&told, stream, epoch, window, found);
    }
    account.checked("windows with their words against the events", dossier.windows().count());
    erased(dossier, &told, found, account);
    for flag in &dossier.flags {
        self::flag(dossier, &told, flag, found);
    }
    account.checked("flags against the events", dossier.flags.len());
    let decisions: Vec<&Decision> = dossier.cases.iter().flat_map(|case| &case.decisions).collect();
    for decision in &decisions {
        self::decision(&told, decision, found);
    }
    account.checked("decisions against the events", decisions.len());
    for clip in &dossier.clips {
        self::clip(&told, clip, found);
    }
    account.checked("clips against the events", dossier.clips.len());
    attempts(dossier, events, found);
}

/// What was erased since leaves its times and a deletion, and no text that could be held against a hash.
fn erased(dossier: &Dossier, told: &Told<'_>, found: &mut Found<'_>, account: &mut Account) {
    let (mut count, mut elsewhere) = (0_u64, 0_u64);
    let segments = dossier.segments().filter_map(|(.., segment)| Some((segment.erased?, is_blank(segment))));
    let findings = dossier.flags.iter().flat_map(|flag| &flag.findings);
    let findings = findings.filter_map(|one| Some((one.erased?, one.words.is_empty() && one.why.is_empty())));
    for (deletion, is_blank) in segments.chain(findings) {
        count += 1;
        elsewhere += u64::from(told.all("deletion.logged", &deletion.to_string()).is_empty());
        if !is_blank {
            found.add(Code::Words, Some(RECORD), format!("what deletion {deletion} erased is not blank"));
        }
    }
    if count > 0 {
        account.unchecked.push(format!(
            "{count} texts that were erased since: only their times; of {elsewhere} the deletion is logged outside the room"
        ));
    }
}

fn is_blank(segment: &Segment) -> bool {
    segment.text.is_empty() && segment.speaker.is_none() && segment.words.iter().all(|word| word.word.is_empty())
}

fn epoch(told: &Told<'_>, stream: &Stream, epoch: &Epoch, found: &mut Found<'_>) {
    let (id, of) = (format!("{}/{}", stream.id, epoch.epoch), format!("epoch {} of {:?}", epoch.epoch, stream.stream));
    let Some(opened) = told.all("epoch.opened", &id).first() else {
        return found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells that it was opened"));
    };
    let mut facts = Facts::of(&opened.payload);
    facts.is("began", &json!(format_instant(epoch.began)));
    facts.is("language", &json!(epoch.language));
    facts.tell(found, &of);
    match (told.all("epoch.closed", &id).first(), epoch.closed) {
        (Some(closed), how) => {
            let mut facts = Facts::of(&closed.payload);
            facts.is("how", &json!(how));
            facts.is("ended", &json!(epoch.ended.map(format_instant)));
            facts.tell(found, &of);
        }
        (None, Some(_)) => found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells that it was closed")),
        (None, None) => {}
    }
    if let Some(finished) = told.all("epoch.finished", &id).first() {
        let mut facts = Facts::of(&finished.payload);
        facts.is("samples", &json!(epoch.samples));
        facts.tell(found, &of);
    }
}

fn window(told: &Told<'_>, stream: &Stream, epoch: &Epoch, window: &Window, found: &mut Found<'_>) {
    let of = format!("window {}", window.window);
    let Some(stored) = told.all("window.stored", &window.window.to_string()).first() else {
        return found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells that it was stored"));
    };
    let words: usize = window.segments.iter().map(|segment| segment.words.len()).sum();
    let mut facts = Facts::of(&stored.payload);
    facts.is("stream", &json!(stream.id));
    facts.is("epoch", &json!(epoch.epoch));
    facts.is("first", &json!(window.first));
    facts.is("end", &json!(window.end));
    facts.is("began", &json!(format_instant(window.began)));
    facts.is("language", &json!(window.language));
    facts.is("samples", &samples_by_state(epoch, window));
    facts.is("segments", &json!(window.segments.len()));
    facts.is("words", &json!(words));
    facts.is("guards", &json!(window.guards.len()));
    facts.is("attempts", &json!(window.attempts));
    facts.is("model_sha256", &json!(window.model));
    facts.is("setting_sha256", &json!(window.setting));
    if window.segments.iter().all(|segment| segment.erased.is_none()) {
        facts.is("content_sha256", &json!(content_hash(&stored.salt, window)));
    }
    facts.tell(found, &of);
    let Some(screened) = told.all("window.screened", &window.window.to_string()).first() else {
        if window.screened.is_some() {
            found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells that it was screened"));
        }
        return;
    };
    let by = window.screened.as_ref();
    let mut facts = Facts::of(&screened.payload);
    facts.is("pack_hash", &json!(by.and_then(|by| by.pack.as_ref())));
    facts.is("model_sha256", &json!(by.and_then(|by| by.model.as_ref())));
    facts.tell(found, &of);
}

/// How many samples of the window stand in each state.
fn samples_by_state(epoch: &Epoch, window: &Window) -> Value {
    let mut samples = Map::new();
    for interval in &epoch.intervals {
        let shared = interval.end.min(window.end).saturating_sub(interval.first.max(window.first));
        if shared > 0 {
            let before = samples.get(interval.state.as_str()).and_then(Value::as_i64).unwrap_or(0);
            samples.insert(interval.state.to_string(), json!(before + shared));
        }
    }
    Value::Object(samples)
}

/// SHA-256 of the event's salt and the canonical JSON of the segments with their words, as it was taken when the window
/// was stored: each word is `[word, first, end]`.
fn content_hash(salt: &[u8], window: &Window) -> Option<String> {
    let segments: Vec<_> = window
        .segments
        .iter()
        .map(|segment| {
            let words: Vec<_> = segment.words.iter().map(|word| json!([word.word, word.first, word.end])).collect();
            json!({
                "first": segment.first,
                "end": segment.end,
                "speaker": segment.speaker,
                "text": segment.text,
                "hearing": segment.hearing,
                "words": words,
            })
        })
        .collect();
    salted_hash(salt, &segments)
}

/// SHA-256 of an event's salt and the canonical JSON of something.
fn salted_hash(salt: &[u8], content: &impl serde::Serialize) -> Option<String> {
    let canonical = serde_json_canonicalizer::to_vec(content).ok()?;
    Some(hex(&Sha256::new().chain_update(salt).chain_update(canonical).finalize()))
}

fn flag(dossier: &Dossier, told: &Told<'_>, flag: &Flag, found: &mut Found<'_>) {
    let (id, of) = (flag.flag.to_string(), format!("flag {}", flag.flag));
    let events: Vec<_> = told.all("flag.made", &id).iter().chain(told.all("flag.grown", &id)).collect();
    let Some(last) = events.last() else {
        return found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells that it was made"));
    };
    let mut facts = Facts::of(&last.payload);
    facts.is(
        "stream",
        &json!(dossier.streams.iter().find(|stream| stream.stream == flag.stream).map(|stream| stream.id)),
    );
    facts.is("epoch", &json!(flag.epoch));
    facts.is("first", &json!(flag.first));
    facts.is("end", &json!(flag.end));
    facts.is("category", &json!(flag.category));
    facts.is("severity", &json!(flag.severity));
    facts.is("status", &json!(flag.status));
    facts.is("reach", &json!(flag.reach));
    facts.tell(found, &of);
    for finding in &flag.findings {
        let id = json!(finding.finding);
        let event =
            events.iter().find_map(|event| event.payload.get("finding").filter(|told| told.get("id") == Some(&id)));
        let of = format!("finding {}", finding.finding);
        match event {
            Some(event) => self::finding(finding, event, found, &of),
            None => found.add(Code::Log, Some(EVENTS), format!("{of}: no event of its flag tells of it")),
        }
    }
    if events.len() != flag.findings.len() {
        let message = format!("{of}: it has {} findings, its events tell of {}", flag.findings.len(), events.len());
        found.add(Code::Log, Some(EVENTS), message);
    }
}

fn finding(finding: &Finding, event: &Value, found: &mut Found<'_>, of: &str) {
    let mut facts = Facts::of(event);
    facts.is("first", &json!(finding.first));
    facts.is("end", &json!(finding.end));
    facts.is("rule", &json!(finding.rule));
    facts.is("version", &json!(finding.version));
    facts.is("pack", &json!(finding.pack));
    facts.is("head", &json!(finding.head));
    facts.is("model", &json!(finding.model));
    facts.tell(found, of);
    let score =
        event.get("score").and_then(Value::as_str).and_then(|score| score.parse::<f32>().ok()).map(Probability::from);
    if score != Some(finding.score) {
        found.add(Code::Log, Some(EVENTS), format!("{of}: its score is not the one that its event tells of"));
    }
}

fn decision(told: &Told<'_>, decision: &Decision, found: &mut Found<'_>) {
    let of = format!("decision {}", decision.decision_id);
    let Some(made) = told.all("decision.made", &decision.decision_id.to_string()).first() else {
        return found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells that it was made"));
    };
    let mut facts = Facts::of(&made.payload);
    facts.is("case", &json!(decision.case_id));
    facts.is("restricts", &json!(decision.measure().is_some()));
    facts.is("content_sha256", &json!(salted_hash(&made.salt, decision)));
    facts.tell(found, &of);
}

fn clip(told: &Told<'_>, clip: &Clip, found: &mut Found<'_>) {
    let (id, of) = (clip.clip.to_string(), format!("clip {}", clip.clip));
    let Some(event) = told.all("clip.made", &id).first().or_else(|| told.all("clip.absent", &id).first()) else {
        return found.add(Code::Log, Some(EVENTS), format!("{of}: no event tells of it"));
    };
    let mut facts = Facts::of(&event.payload);
    facts.is("flag", &json!(clip.flag));
    facts.is("pcm_sha256", &json!(clip.pcm_sha256));
    if clip.pcm_sha256.is_some() {
        facts.is("first", &json!(clip.first));
        facts.is("end", &json!(clip.end));
    }
    facts.tell(found, &of);
}

/// Each attempt to reach a source is one that an event tells of.
fn attempts(dossier: &Dossier, events: &[(u64, AuditEvent)], found: &mut Found<'_>) {
    let mut told: Vec<&Value> = events
        .iter()
        .filter(|(_, event)| event.action == "access.attempted")
        .map(|(_, event)| &event.payload)
        .collect();
    for attempt in &dossier.attempts {
        let stream = dossier.streams.iter().find(|stream| stream.stream == attempt.stream).map(|stream| stream.id);
        let mut said = json!({
            "stream": stream,
            "at": format_instant(attempt.at),
            "result": attempt.result,
            "status": attempt.status,
            "latency_ms": attempt.latency_ms,
            "retry_after_s": attempt.retry_after_s,
        });
        if let Some(members) = said.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        if let Some(at) = told.iter().position(|known| **known == said) {
            told.swap_remove(at);
        } else {
            let message = format!("no event tells of the attempt at {} as the record does", format_instant(attempt.at));
            found.add(Code::Log, Some(EVENTS), message);
        }
    }
}
