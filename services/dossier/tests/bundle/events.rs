//! The events that a room leaves, in a log with others' events between, each with its proof.

use std::collections::BTreeMap;

use dossier::{
    Audit, Dossier, LogKey, ProvedEvent,
    model::{Epoch, Finding, Flag, Stream, Window},
};
use ledger::{
    AuditEvent, Checkpoint, SignedCheckpoint, SigningKey, format_instant,
    merkle::{Edge, Hash, Node, inclusion_proof},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::room::{at, hex, id};

/// The log's events of a room, and its head.
pub(crate) fn of(dossier: &Dossier, key: &SigningKey) -> Audit {
    let room = dossier.room.room.clone();
    let mut log = Log { room: room.clone(), all: Vec::new() };
    log.add("room.begun", room.clone(), |_| json!({ "titled": true }));
    for (attempt, number) in dossier.attempts.iter().zip(0x70..) {
        let stream = dossier.streams.iter().find(|stream| stream.stream == attempt.stream).unwrap().id;
        log.add("access.attempted", id(number).to_string(), |_| {
            json!({
                "stream": stream, "at": format_instant(attempt.at), "result": attempt.result, "status": attempt.status,
                "latency_ms": attempt.latency_ms, "retry_after_s": attempt.retry_after_s,
            })
        });
    }
    for stream in &dossier.streams {
        for epoch in &stream.epochs {
            log.add("other.noise", "x".into(), |_| json!({}));
            log.add_epoch(stream, epoch);
        }
    }
    for flag in &dossier.flags {
        let stream = dossier.streams.iter().find(|stream| stream.stream == flag.stream).unwrap().id;
        for (finding, number) in flag.findings.iter().zip(0..) {
            let action = if number == 0 { "flag.made" } else { "flag.grown" };
            log.add(action, flag.flag.to_string(), |_| flagged(flag, finding, stream));
        }
    }
    for decision in dossier.cases.iter().flat_map(|case| &case.decisions) {
        log.add("decision.made", decision.decision_id.to_string(), |salt| {
            let content = serde_json_canonicalizer::to_vec(decision).unwrap();
            let hash = hex(&Sha256::new().chain_update(salt).chain_update(content).finalize());
            json!({ "case": decision.case_id, "restricts": decision.measure().is_some(), "content_sha256": hash })
        });
    }
    for clip in &dossier.clips {
        log.add(
            "clip.made",
            clip.clip.to_string(),
            |_| json!({ "flag": clip.flag, "pcm_sha256": clip.pcm_sha256, "first": clip.first, "end": clip.end }),
        );
    }
    log.add("other.noise", "y".into(), |_| json!({}));
    prove(&room, log.all, key)
}

/// Events as they are written; noise is of no room.
struct Log {
    room: String,
    all: Vec<AuditEvent>,
}

impl Log {
    fn add(&mut self, action: &str, entity_id: String, payload: impl Fn(&[u8]) -> Value) {
        let number = self.all.len();
        let salt = [u8::try_from(number % 251).unwrap(); 16];
        let mut payload = payload(&salt);
        payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.all.push(AuditEvent {
            audit_event_id: id(0x1000 + number as u128),
            happened_at: at(i64::try_from(number).unwrap()),
            actor: "service:test".into(),
            action: action.into(),
            entity: action.split('.').next().unwrap().into(),
            entity_id,
            room_id: (action != "other.noise").then(|| self.room.clone()),
            payload,
            salt,
        });
    }

    fn add_epoch(&mut self, stream: &Stream, epoch: &Epoch) {
        let key = format!("{}/{}", stream.id, epoch.epoch);
        self.add("epoch.opened", key.clone(), |_| opened(epoch));
        for window in &epoch.windows {
            let own = window.window.to_string();
            self.add("window.stored", own.clone(), |salt| stored(stream, epoch, window, salt));
            if let Some(by) = &window.screened {
                self.add("window.screened", own, |_| json!({ "pack_hash": by.pack, "model_sha256": by.model }));
            }
        }
        if let Some(how) = epoch.closed {
            let ended = epoch.ended.map(format_instant);
            self.add("epoch.closed", key.clone(), |_| json!({ "how": how, "ended": ended }));
            self.add("epoch.finished", key, |_| json!({ "samples": epoch.samples }));
        }
    }
}

fn opened(epoch: &Epoch) -> Value {
    json!({ "began": format_instant(epoch.began), "language": epoch.language })
}

fn stored(stream: &Stream, epoch: &Epoch, window: &Window, salt: &[u8]) -> Value {
    let mut samples = BTreeMap::<&str, i64>::new();
    for interval in &epoch.intervals {
        let shared = interval.end.min(window.end) - interval.first.max(window.first);
        if shared > 0 {
            *samples.entry(interval.state.as_str()).or_default() += shared;
        }
    }
    let segments: Vec<_> = window
        .segments
        .iter()
        .map(|segment| {
            let words: Vec<_> = segment.words.iter().map(|word| json!([word.word, word.first, word.end])).collect();
            json!({
                "first": segment.first, "end": segment.end, "speaker": segment.speaker, "text": segment.text,
                "hearing": segment.hearing, "words": words,
            })
        })
        .collect();
    let canonical = serde_json_canonicalizer::to_vec(&segments).unwrap();
    let content = hex(&Sha256::new().chain_update(salt).chain_update(canonical).finalize());
    json!({
        "stream": stream.id,
        "epoch": epoch.epoch,
        "first": window.first,
        "end": window.end,
        "began": format_instant(window.began),
        "language": window.language,
        "samples": samples,
        "segments": window.segments.len(),
        "words": window.segments.iter().map(|segment| segment.words.len()).sum::<usize>(),
        "guards": window.guards.len(),
        "attempts": window.attempts,
        "model_sha256": window.model,
        "setting_sha256": window.setting,
        "content_sha256": content,
    })
}

fn flagged(flag: &Flag, finding: &Finding, stream: uuid::Uuid) -> Value {
    let mut found = json!({
        "id": finding.finding, "first": finding.first, "end": finding.end, "score": finding.score.to_string(),
        "rule": finding.rule, "version": finding.version, "pack": finding.pack, "head": finding.head,
        "model": finding.model,
    });
    found.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    json!({
        "stream": stream, "epoch": flag.epoch, "first": flag.first, "end": flag.end, "category": flag.category,
        "severity": flag.severity, "score": flag.score.to_string(), "status": flag.status, "reach": flag.reach,
        "finding": found,
    })
}

/// The log over all events, and the proofs of the room's own.
pub(crate) fn prove(room: &str, all: Vec<AuditEvent>, key: &SigningKey) -> Audit {
    let (mut edge, mut nodes) = (Edge::new(), BTreeMap::<Node, Hash>::new());
    for event in &all {
        edge.append_with(event.leaf_hash().unwrap(), |node, hash| {
            nodes.insert(node, *hash);
        });
    }
    let head = Checkpoint::new("example.com/log", edge.size(), edge.root()).unwrap();
    let events = (0..).zip(all).filter(|(_, event)| event.room_id.as_deref() == Some(room));
    let events = events
        .map(|(seq, event)| ProvedEvent { seq, event, proof: inclusion_proof(&nodes, seq, edge.size()).unwrap() })
        .collect();
    Audit {
        checkpoint: SignedCheckpoint::sign(head, key).unwrap(),
        keys: vec![LogKey { first_size: 0, vkey: key.public().to_string(), rotation: None }],
        events,
    }
}
