//! An accuracy study from the lot to the sheet.

use domain::{
    Carrier, Category, EpochKey, Finding, FindingRange, FlagStatus, HeardWindow, Hearing, Interval, Provenance,
    Segment, Severity, StreamRange,
};
use report::{
    Sequencer,
    sheets::{Request, transparency},
    study::findings,
};
use report_formats::transparency::report::Period;
use store::{LoadedModel, ModelKind, NewEpoch, NewStudy, NewWindow, OutboxRecord, RoomDescription, Screening, Store};
use uuid::Uuid;
use wire::KafkaRecord;

use crate::{
    cluster::Cluster,
    report::{assert_sound, facts},
    world::{DAY, at, room},
};

/// Windows of a second each, in two streams, English and German; of three, one is flagged.
const WINDOWS: i64 = 30;

async fn hear(store: &Store) {
    for (name, language) in [("left", "en"), ("right", "de-AT")] {
        let description =
            RoomDescription { room: room(9), title: None, hosts: vec![], language: None, scheduled: None };
        store.open_room(&description, at(20 * DAY)).await.unwrap();
        let new = NewEpoch { began_at: at(20 * DAY), source: "x".into(), language: language.into(), before: None };
        let key = store.open_epoch(&room(9), &name.parse().unwrap(), &new, at(20 * DAY)).await.unwrap();
        let lease = store.claim_partition(&format!("t{name}"), "audio.chunk.v1", 0, "x", at(0)).await.unwrap().lease;
        let screen = store.claim_partition(&format!("s{name}"), "transcript.window.v1", 0, "x", at(0)).await.unwrap();
        for number in 0..WINDOWS {
            let heard = window(&key, number, language);
            let headers = vec![("ce_id".to_owned(), b"x".to_vec())];
            let record = KafkaRecord { key: "x".into(), timestamp_ms: 0, headers, payload: vec![] };
            let new = NewWindow {
                heard: &heard,
                began_at: at(20 * DAY + number),
                ended_at: at(20 * DAY + number + 1),
                next_offset: number + 1,
                announce: OutboxRecord { topic: "transcript.window.v1".into(), record },
            };
            store.store_window(&lease, new, at(20 * DAY + number)).await.unwrap();
            let found: Vec<Finding> = (number % 3 == 0).then(|| finding(&key, &heard)).into_iter().collect();
            let (window, next_offset) = (heard.id(), number + 1);
            let screening =
                Screening { window, pack_hash: Some("cc"), model_sha256: None, findings: &found, next_offset };
            store.store_screening(&screen.lease, &screening, at(20 * DAY + number)).await.unwrap();
        }
    }
}

fn window(key: &EpochKey, number: i64, language: &str) -> HeardWindow {
    let range = StreamRange::from_samples(number * 16_000, (number + 1) * 16_000).unwrap();
    let text = format!("words {number}");
    let provenance = Provenance {
        model: "tiny.en".into(),
        model_sha256: "aa".repeat(32),
        library: "x".into(),
        settings: "{}".into(),
    };
    HeardWindow {
        key: key.clone(),
        range,
        language: language.into(),
        provenance: Some(provenance),
        segments: vec![Segment { range, speaker: None, text, hearing: Hearing::Single, words: vec![] }],
        intervals: vec![Interval { range, state: domain::CoverageState::Transcribed, reason: None }],
        guards: vec![],
        attempts: 1,
        seam: false,
    }
}

fn finding(key: &EpochKey, heard: &HeardWindow) -> Finding {
    Finding {
        key: key.clone(),
        carrier: Carrier::Rule { id: "threat.hurt".into(), version: "1.0.0".into(), pack: "cc".into() },
        place: FindingRange { range: heard.range, words: "words".into() },
        category: Category::Threat,
        severity: Severity::High,
        score: 0.5,
        status: FlagStatus::Provisional,
        why: "x".into(),
    }
}

/// Each second window of those flagged, and each fifth of the others, is a violation in truth.
fn truth(text: &str) -> bool {
    let number: i64 = text.strip_prefix("words ").unwrap().parse().unwrap();
    if number % 3 == 0 { number % 2 == 0 } else { number % 5 == 0 }
}

/// Draws a study of all windows.
async fn drawn(store: &Store, sequencer: &mut Sequencer) -> Uuid {
    let loaded = LoadedModel {
        sha256: "aa".repeat(32),
        name: "tiny.en".into(),
        library: "x".into(),
        kind: ModelKind::Recogniser,
    };
    store.model_loaded(&loaded, at(0)).await.unwrap();
    hear(store).await;
    while sequencer.step(at(30 * DAY)).await.unwrap() {}
    let new = NewStudy {
        category: Category::Threat,
        detector: "threat.hurt".into(),
        from: at(12 * DAY),
        until: at(100 * DAY),
        log_size: store.freeze_last().await.unwrap().unwrap().log_size,
        language: None,
        seed: "lot".into(),
        flagged: 1_000,
        unflagged: 1_000,
    };
    let (study, flagged, others) = store.draw_study(&new, at(31 * DAY)).await.unwrap();
    assert_eq!((flagged, others), (20, 40));
    study
}

/// Anna says the truth, Boris mostly, Clara where they differ.
async fn labelled(store: &Store, study: Uuid) {
    let [anna, boris, clara] = ["anna", "boris", "clara"].map(|name| name.parse().unwrap());
    let mut order = Vec::new();
    while let Some(item) = store.next_study_item(study, &anna, false).await.unwrap() {
        let is_violation = truth(item.text.as_deref().unwrap());
        order.push(item.text.clone().unwrap());
        assert!(store.label_study_item(study, item.item, &anna, is_violation, false, at(32 * DAY)).await.unwrap());
        let again = store.label_study_item(study, item.item, &anna, is_violation, false, at(32 * DAY)).await;
        assert!(matches!(again, Err(store::StoreError::Constraint { .. })), "{again:?}");
    }
    assert_eq!(order.len(), 60);
    assert!(!order.is_sorted(), "the place of an item must tell nothing of it");
    assert_eq!(store.close_study(study, at(33 * DAY)).await.unwrap(), 60);
    let mut wrong = 0;
    while let Some(item) = store.next_study_item(study, &boris, false).await.unwrap() {
        let is_wrong = item.item % 10 == 0;
        wrong += u64::from(is_wrong);
        let is_violation = truth(item.text.as_deref().unwrap()) != is_wrong;
        assert!(store.label_study_item(study, item.item, &boris, is_violation, false, at(32 * DAY)).await.unwrap());
        assert!(!store.label_study_item(study, item.item, &clara, true, false, at(32 * DAY)).await.unwrap());
    }
    assert_eq!(store.close_study(study, at(33 * DAY)).await.unwrap(), wrong);
    assert!(store.next_study_item(study, &anna, true).await.unwrap().is_none(), "nobody judges their own label");
    while let Some(item) = store.next_study_item(study, &clara, true).await.unwrap() {
        let is_violation = truth(item.text.as_deref().unwrap());
        assert!(!store.label_study_item(study, item.item, &boris, is_violation, true, at(34 * DAY)).await.unwrap());
        assert!(store.label_study_item(study, item.item, &clara, is_violation, true, at(34 * DAY)).await.unwrap());
    }
    assert_eq!(store.close_study(study, at(35 * DAY)).await.unwrap(), 0);
    assert!(matches!(store.close_study(study, at(35 * DAY)).await, Err(store::StoreError::Constraint { .. })));
}

#[tokio::test]
async fn a_study_is_labelled_blind_by_two_and_a_third_and_fills_the_sheet_of_its_period() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    let study = drawn(&store, &mut sequencer).await;
    labelled(&store, study).await;
    let found = findings(&store.study_counts(study).await.unwrap());
    let names: Vec<_> = found.iter().map(|it| it.language.as_deref()).collect();
    assert_eq!(names, [None, Some("de"), Some("en")]);
    let all = &found[0];
    let told = all.confusion;
    assert_eq!((told.true_positives, told.false_positives, told.false_negatives, told.true_negatives), (10, 10, 8, 32));
    // All was labelled, so that the rates are those of the period.
    let rates = [all.accuracy, all.precision, all.recall].map(|rate| rate.unwrap().rate);
    for (rate, expected) in rates.into_iter().zip([42.0 / 60.0, 0.5, 10.0 / 18.0]) {
        assert!((rate - expected).abs() < 1e-12, "{rate} {expected}");
    }
    assert!(all.kappa.unwrap() > 0.7 && all.kappa.unwrap() < 1.0);
    while sequencer.step(at(40 * DAY)).await.unwrap() {}
    let period = Period::new("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap()).unwrap();
    let facts =
        facts().replace("\"platform\"", "\"very_large\"").replace("total = 0", "total = 9").replace("EL = 0", "EL = 9");
    let request = Request { period, facts: &facts, as_of: None, correction: None };
    let made = Box::pin(transparency(&store, request)).await.unwrap();
    let sheet = made.files.iter().find(|file| file.name == "8_automated_means.csv").unwrap();
    let text = String::from_utf8(sheet.bytes.clone()).unwrap();
    assert!(
        text.contains("Own-initiative ,0.5556,") && text.contains("threat.hurt for threat (version cc; kappa"),
        "{text}"
    );
    assert!(text.contains("Accuracy of the automated means - Recall,de,0.5556,"), "{text}");
    assert_sound(&made);
    cluster.stop().await;
}
