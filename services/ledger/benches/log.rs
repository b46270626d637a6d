//! What a whole check of the log costs for each event: hashing it, and hanging it into the tree.

use std::hint::black_box;

use chrono::DateTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger::merkle::Edge;
use ledger::{AuditEvent, Checkpoint, KeyKind, LogCheck, SignedCheckpoint, SigningKey, StoredEvent, Trust};
use serde_json::json;
use uuid::Uuid;

const EVENTS: u64 = 10_000;

fn event(at: u64) -> AuditEvent {
    AuditEvent {
        audit_event_id: Uuid::from_u128(u128::from(at)),
        happened_at: DateTime::from_timestamp_micros(1_789_243_200_000_000 + at.cast_signed()).unwrap_or_default(),
        actor: "service:transcribe".into(),
        action: "window.stored".into(),
        entity: "window".into(),
        entity_id: Uuid::from_u128(u128::from(at) << 64).to_string(),
        room_id: Some("room-of-the-evening".into()),
        payload: json!({ "words": at % 40, "first": at, "end": at + 128_000, "states": ["silence", "transcribed"] }),
        salt: at.to_be_bytes().repeat(2).try_into().unwrap_or_default(),
    }
}

fn log(c: &mut Criterion) {
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    let leaves: Vec<_> = events.iter().filter_map(|event| event.leaf_hash().ok()).collect();
    let mut whole = Edge::new();
    for leaf in &leaves {
        whole.append(*leaf);
    }
    let Ok(key) = SigningKey::from_seed("example.com/log", KeyKind::Log, &[1; 32]) else { return };
    let Ok(trust) = Trust::new("example.com/log", key.public().clone()) else { return };
    let signed = Checkpoint::new("example.com/log", EVENTS, whole.root())
        .map(|head| SignedCheckpoint::sign(head, &key).map(|signed| signed.to_string()));
    let Ok(Ok(checkpoint)) = signed else { return };

    let mut group = c.benchmark_group("log");
    group.throughput(Throughput::Elements(EVENTS));
    group.bench_function("leaf_hash", |b| {
        b.iter(|| {
            for event in &events {
                let _ = black_box(event.leaf_hash());
            }
        });
    });
    group.bench_function("append", |b| {
        b.iter(|| {
            let mut edge = Edge::new();
            for leaf in &leaves {
                edge.append(black_box(*leaf));
            }
            edge.root()
        });
    });
    group.bench_function("check", |b| {
        b.iter(|| {
            let mut check = LogCheck::new(&trust, [&checkpoint], |difference| panic!("{difference}"));
            for ((seq, event), leaf) in (0..).zip(&events).zip(&leaves) {
                check.event(&StoredEvent { seq, leaf_hash: *leaf, event: Some(event) });
            }
            check.finish()
        });
    });
    group.finish();
}

criterion_group!(benches, log);
criterion_main!(benches);
