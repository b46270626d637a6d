//! A room's dossier from a real database: sound, the same bytes each time, and as it stood at any moment.

use std::{collections::BTreeSet, io::Cursor, time::Duration};

use ::dossier::{Audit, Difference, Dossier, Parts, Verdict, verify};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Carrier, Category, CoverageState, EpochKey, Finding, FindingRange, FlagStatus, HeardWindow, Hearing, Interval,
    Provenance, RoomId, Segment, Severity, StreamRange, StreamTime, Word,
};
use report::{DossierError, DossierRequest, dossier};
use store::{
    AccessAttempt, AttemptResult, EpochEnd, FinishedEpoch, Lease, ListenerStep, LoadedModel, ModelKind, NewEpoch,
    NewWindow, OutboxRecord, RoomDescription, Screening, Store,
};
use wire::KafkaRecord;

use crate::cluster::{Cluster, at, events};

const S: i64 = 16_000;
const MODEL: &str = "00000000000000000000000000000000000000000000000000000000000000aa";
const CLASSIFIER: &str = "00000000000000000000000000000000000000000000000000000000000000bb";

fn room() -> RoomId {
    "town hall".parse().unwrap()
}

fn range(first: i64, end: i64) -> StreamRange {
    StreamRange::from_samples(first * S, end * S).unwrap()
}

/// A window of those words, a second each; of silence without any.
fn window(key: &EpochKey, first: i64, end: i64, text: &str) -> HeardWindow {
    let spoken: Vec<&str> = text.split_whitespace().collect();
    let words = spoken.iter().zip(first..).map(|(word, second)| Word {
        text: (*word).to_owned(),
        first: StreamTime::from_samples(second * S),
        end: StreamTime::from_samples(second * S + S),
        p: 0.123_35,
        verified: None,
    });
    let last = first + i64::try_from(spoken.len()).unwrap();
    let segment = |words| Segment {
        range: range(first, last),
        speaker: Some("Mara".into()),
        text: text.into(),
        hearing: Hearing::Single,
        words,
    };
    let state = if spoken.is_empty() { CoverageState::Silence } else { CoverageState::Transcribed };
    let provenance = Provenance {
        model: "tiny.en".into(),
        model_sha256: MODEL.into(),
        library: "whisper-rs 0.16".into(),
        settings: r#"{"temperature":0}"#.into(),
    };
    HeardWindow {
        key: key.clone(),
        range: range(first, end),
        language: "en".into(),
        provenance: (!spoken.is_empty()).then_some(provenance),
        segments: if spoken.is_empty() { Vec::new() } else { vec![segment(words.collect())] },
        intervals: vec![Interval { range: range(first, end), state, reason: None }],
        guards: Vec::new(),
        attempts: u32::from(!spoken.is_empty()),
        seam: false,
    }
}

async fn store_window(store: &Store, lease: &Lease, heard: &HeardWindow) {
    let wall = |sample: StreamTime| at(0) + TimeDelta::microseconds(sample.micros());
    let announce = OutboxRecord {
        topic: "transcript.window.v1".into(),
        record: KafkaRecord { key: "stage".into(), timestamp_ms: 0, headers: Vec::new(), payload: Vec::new() },
    };
    let (began_at, ended_at) = (wall(heard.range.first()), wall(heard.range.end()));
    let new = NewWindow { heard, began_at, ended_at, next_offset: 0, announce };
    store.store_window(lease, new, ended_at + TimeDelta::seconds(1)).await.unwrap();
}

fn finding(key: &EpochKey, carrier: Carrier, first: i64, end: i64, words: &str, score: f32) -> Finding {
    Finding {
        key: key.clone(),
        carrier,
        place: FindingRange { range: range(first, end), words: words.into() },
        category: Category::Threat,
        severity: if score < 1.0 { Severity::Medium } else { Severity::High },
        score,
        status: FlagStatus::Provisional,
        why: "a first-person announcement".into(),
    }
}

async fn screen(store: &Store, lease: &Lease, heard: &HeardWindow, findings: &[Finding], now: DateTime<Utc>) {
    let screening = Screening {
        window: heard.id(),
        pack_hash: Some("cc"),
        model_sha256: Some(CLASSIFIER),
        findings,
        next_offset: 0,
    };
    store.store_screening(lease, &screening, now).await.unwrap();
}

/// A room of half a minute: a refusal, three windows, a flag that grows over a seam, and its end.
async fn play(store: &Store) {
    let room = room();
    let description = RoomDescription {
        room: room.clone(),
        title: Some("A talk".into()),
        hosts: vec!["Mara".into()],
        language: None,
        scheduled: Some(at(-60)),
    };
    store.open_room(&description, at(-70)).await.unwrap();
    let steps = [(-50, 3), (5, 40), (20, 9)].map(|(second, listeners)| ListenerStep { from: at(second), listeners });
    store.set_listeners(&room, &steps, at(-60)).await.unwrap();
    let attempt = AccessAttempt {
        room: room.clone(),
        stream: "stage".parse().unwrap(),
        at: at(-55),
        source: "https://example.com".into(),
        result: AttemptResult::Refused,
        status: Some(503),
        latency_ms: Some(20),
        retry_after_s: None,
    };
    store.record_attempt(&attempt, at(-40)).await.unwrap();
    let new = NewEpoch { began_at: at(0), source: "talk.opus".into(), language: "en".into(), before: None };
    let key = store.open_epoch(&room, &"stage".parse().unwrap(), &new, at(0)).await.unwrap();
    let lease = store.claim_partition("test", "audio.chunk.v1", 0, "here", at(0)).await.unwrap().lease;
    let model = LoadedModel {
        sha256: CLASSIFIER.into(),
        name: "heads".into(),
        library: "classify 1".into(),
        kind: ModelKind::Classifier,
    };
    store.model_loaded(&model, at(0)).await.unwrap();
    let rule = Carrier::Rule { id: "threat-of-harm-en".into(), version: "1.0.0".into(), pack: "cc".into() };
    let head = Carrier::Head { name: "violence".into(), model: CLASSIFIER.into() };
    let first = window(&key, 0, 10, "good evening now I will kill you");
    store_window(store, &lease, &first).await;
    screen(store, &lease, &first, &[finding(&key, rule, 3, 7, "I will kill you", 1.0)], at(12)).await;
    let second = window(&key, 10, 20, "all of you");
    store_window(store, &lease, &second).await;
    let across = finding(&key, head, 6, 13, "you all of you", 0.123_35);
    screen(store, &lease, &second, &[across], at(22)).await;
    store_window(store, &lease, &window(&key, 20, 30, "")).await;
    let end = FinishedEpoch {
        key: &key,
        samples: StreamTime::from_samples(30 * S),
        how: EpochEnd::Ended,
        ended_at: at(30),
        next_offset: 0,
        announce: None,
    };
    store.finish_epoch(&lease, end, at(31)).await.unwrap();
}

async fn made(store: &Store, as_of: Option<DateTime<Utc>>) -> Result<(Dossier, Audit), DossierError> {
    let room = room();
    let request = DossierRequest { room: &room, as_of, safe: None, product: "test", patience: Duration::ZERO };
    dossier(store, &request).await.map(|(dossier, audit, _)| (dossier, audit))
}

fn bundle(cluster: &Cluster, (dossier, audit): &(Dossier, Audit)) -> Vec<u8> {
    let key = cluster.key_file().of(&audit.keys.last().unwrap().vkey).unwrap();
    let out = Cursor::new(Vec::new());
    let parts = Parts { document: &[], clips: &mut |_| Ok(Vec::new()) };
    ::dossier::write(out, dossier, audit, parts, &key, &mut |_, _| ()).unwrap().into_inner()
}

fn check(bundle: &[u8]) -> (Verdict, Vec<Difference>) {
    let mut differences = Vec::new();
    let verdict = verify(Cursor::new(bundle), None, &mut |difference| differences.push(difference));
    (verdict, differences)
}

#[tokio::test]
async fn a_room_s_dossier_is_sound_and_the_same_until_more_happens_in_the_room() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    sequencer.step(at(-100)).await.unwrap();
    Box::pin(play(&store)).await;
    assert!(matches!(made(&store, None).await, Err(DossierError::Unsettled { .. })));
    sequencer.step(at(40)).await.unwrap();
    let told = made(&store, None).await.unwrap();
    let (dossier, audit) = &told;
    let bytes = bundle(&cluster, &told);
    let (verdict, differences) = check(&bytes);
    assert_eq!(differences, []);
    assert!(verdict.sound);
    let totals = &dossier.totals;
    assert_eq!((totals.windows, totals.words, totals.flags, totals.findings, totals.attempts), (3, 10, 1, 2, 1));
    assert_eq!((totals.samples, totals.unaccounted_samples), (30 * S, 0));
    assert_eq!(dossier.flags[0].words, "I will kill you all of you");
    // Forty listeners from the fifth second to the twentieth, three before, nine after, from the third to the thirtieth.
    assert_eq!(dossier.flags[0].exposure.unwrap().listener_seconds, 2 * 3 + 15 * 40 + 10 * 9);
    let actions: BTreeSet<_> = audit.events.iter().map(|proved| proved.event.action.as_str()).collect();
    assert!(actions.contains("flag.grown") && !actions.contains("model.loaded"));

    // Others' events, later heads and the export's own event change nothing.
    store.dossier_exported(&room(), serde_json::json!({ "size": 1 }), at(50)).await.unwrap();
    events(&store, 51..60).await;
    sequencer.step(at(61)).await.unwrap();
    assert_eq!(bundle(&cluster, &made(&store, None).await.unwrap()), bytes);
    store.set_listeners(&room(), &[ListenerStep { from: at(25), listeners: 1 }], at(70)).await.unwrap();
    sequencer.step(at(72)).await.unwrap();
    assert_ne!(bundle(&cluster, &made(&store, None).await.unwrap()), bytes);
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_room_s_dossier_is_of_any_earlier_moment_too() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    Box::pin(play(&store)).await;
    sequencer.step(at(40)).await.unwrap();
    assert!(matches!(made(&store, Some(at(-80))).await, Err(DossierError::Nothing { .. })));
    let mut sizes = Vec::new();
    for second in [-70, -50, 0, 11, 12, 21, 22, 30, 31, 90] {
        let told = made(&store, Some(at(second))).await.unwrap();
        let (_, differences) = check(&bundle(&cluster, &told));
        assert_eq!(differences, [], "{second}");
        let totals = &told.0.totals;
        sizes.push((totals.epochs, totals.windows, totals.flags, totals.findings, totals.events));
    }
    assert!(sizes.is_sorted(), "{sizes:?}");
    assert_eq!((sizes[0].0, sizes[3], sizes[9].1), (0, (1, 1, 0, 0, 5), 3));
    // What was seen at one moment and written at a later one is there from the later one on.
    let attempts = async |second| made(&store, Some(at(second))).await.unwrap().0.totals.attempts;
    assert_eq!((attempts(-50).await, attempts(-41).await, attempts(-40).await), (0, 0, 1));
    // The flag as it stood before it grew.
    let told = made(&store, Some(at(12))).await.unwrap();
    assert_eq!((told.0.flags[0].end, told.0.flags[0].words.as_str()), (7 * S, "I will kill you"));
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_row_that_was_changed_behind_our_back_is_found_in_the_bundle() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    Box::pin(play(&store)).await;
    cluster.sequencer(&store).step(at(40)).await.unwrap();
    let first = "(select window_id from \"window\" where first_sample = 0)";
    for (change, code) in [
        (
            "update word set text = 'hug' where text = 'kill'; update segment set text = replace(text, 'kill', 'hug')"
                .to_owned(),
            "log",
        ),
        (format!("update word set first_sample = first_sample + 1 where window_id = {first} and ordinal = 2"), "log"),
        ("update flag set reach = 1".to_owned(), "log"),
        ("update finding set score = 0.5 where head is not null".to_owned(), "log"),
        ("update access_attempt set status = 200".to_owned(), "log"),
        ("delete from flag_finding; delete from finding; delete from flag".to_owned(), "log"),
        ("update coverage_interval set state = 'music' where state = 'silence'".to_owned(), "log"),
        ("delete from coverage_interval where state = 'silence'".to_owned(), "coverage"),
        ("update epoch set closed_how = 'idle'".to_owned(), "log"),
        ("update setting set body = '{}'".to_owned(), "record"),
    ] {
        let copy = "changed";
        cluster.sql("postgres", &format!("drop database if exists {copy}"));
        store.close().await;
        cluster.sql("postgres", &format!("create database {copy} template earwitness"));
        cluster.sql(copy, &change);
        let store = cluster.store_of(copy).await;
        let told = made(&store, None).await.unwrap();
        let (_, differences) = check(&bundle(&cluster, &told));
        assert!(differences.iter().any(|one| one.code.as_str() == code), "{change}: {differences:#?}");
        store.close().await;
    }
    cluster.stop().await;
}
