//! Findings make flags, flags grow, a replay changes nothing.

use domain::{Carrier, Category, EpochKey, Finding, FlagStatus, Severity};
use newtype_uuid::GenericUuid;
use store::{FlagChange, Lease, ListenerStep, LoadedModel, ModelKind, Screening, Store, StoreError};

use crate::{
    cluster::Database,
    fixture::{CLASSIFIER, S, at, claim, finding, open, range, room, store_window, window},
};

/// An epoch with windows of ten seconds, stored and ready for screening.
struct Heard {
    key: EpochKey,
    lease: Lease,
}

impl Heard {
    async fn new(store: &Store, windows: i64) -> Self {
        let key = open(store, 0).await;
        let lease = claim(store, "transcribe").await.lease;
        for n in 0..windows {
            let heard = window(&key, n * 10 * S, (n + 1) * 10 * S, "one two three four five six seven eight nine ten");
            store_window(store, &lease, &heard, n).await;
        }
        Self { key, lease: claim(store, "screen").await.lease }
    }

    async fn screen(&self, store: &Store, n: i64, findings: &[Finding]) -> Result<Vec<FlagChange>, StoreError> {
        let window = window(&self.key, n * 10 * S, (n + 1) * 10 * S, "x").id();
        let screening = Screening { window, pack_hash: Some("cc"), model_sha256: None, findings, next_offset: n + 1 };
        store.store_screening(&self.lease, &screening, at(200)).await
    }
}

#[tokio::test]
async fn a_window_that_the_topic_lost_is_announced_again_as_it_was_and_a_screened_one_is_not() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 300).await;
    heard.screen(store, 1, &[]).await.unwrap();
    let lost = crate::fixture::lost(&heard.key, 3_000 * S, 3_010 * S);
    store_window(store, &claim(store, "transcribe").await.lease, &lost, 300).await;
    // The first announcements went out.
    while let Some(batch) = store.take_outbox(1_000).await.unwrap() {
        let ids: Vec<_> = batch.records().iter().map(|(id, _)| *id).collect();
        batch.delete_sent(&ids).await.unwrap();
    }
    assert_eq!(store.announce_unscreened(at(300)).await.unwrap(), 300);
    let batch = store.take_outbox(1_000).await.unwrap().unwrap();
    let read =
        |record: &store::OutboxRecord| wire::decode_window(&record.record.headers, &record.record.payload).unwrap();
    let mut windows: Vec<_> = batch.records().iter().map(|(_, record)| read(record)).collect();
    windows.sort_by_key(|window| window.range);
    let words = "one two three four five six seven eight nine ten";
    let mut expected: Vec<_> = (0..300).map(|n| window(&heard.key, n * 10 * S, (n + 1) * 10 * S, words)).collect();
    expected.remove(1);
    expected.push(lost);
    assert_eq!(windows, expected);
}

#[tokio::test]
async fn overlapping_findings_of_a_category_make_one_flag_that_only_grows() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 3).await;
    let key = &heard.key;
    let grave = Finding { severity: Severity::Critical, score: 0.25, ..finding(key, "b", 3 * S, 5 * S) };
    let apart = finding(key, "c", 5 * S, 6 * S);
    let other = Finding { category: Category::Scam, ..finding(key, "d", 2 * S, 4 * S) };
    let first = finding(key, "a", 2 * S, 4 * S);
    let findings = [apart.clone(), grave, other.clone(), first.clone()];
    let changes = heard.screen(store, 0, &findings).await.unwrap();

    let mut flags: Vec<_> = changes.iter().map(|change| (change.made, change.event.flag, change.event.range)).collect();
    flags.sort_by_key(|(_, _, range)| *range);
    let threat = (true, first.opens(), range(2 * S, 5 * S));
    let scam = (true, other.opens(), range(2 * S, 4 * S));
    assert_eq!(flags, [scam, threat, (true, apart.opens(), range(5 * S, 6 * S))]);
    let event = &changes.iter().find(|change| change.event.flag == first.opens()).unwrap().event;
    assert_eq!((event.severity, event.wall), (Severity::Critical, at(2)));
    assert!((event.score - 0.5).abs() < f32::EPSILON);

    // From the next window: over the seam, and before the flag's first sample.
    let earlier = finding(key, "e", S, 11 * S);
    let changes = heard.screen(store, 1, std::slice::from_ref(&earlier)).await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].made, changes[0].event.flag), (false, first.opens()));
    assert_eq!((changes[0].event.range, changes[0].event.wall), (range(S, 11 * S), at(1)));
    // What only touches it is another flag.
    let touches = [finding(key, "f", 0, S), finding(key, "g", 11 * S, 12 * S)];
    assert!(heard.screen(store, 2, &touches).await.unwrap().iter().all(|change| change.made));
    let flags = store.flags(&room(), true).await.unwrap();
    let grown = flags.iter().find(|flag| flag.flag == *first.opens().as_untyped_uuid()).unwrap();
    assert_eq!(grown.findings.iter().map(|f| f.rule.clone().unwrap()).collect::<Vec<_>>(), ["e", "a", "b"]);
    assert_eq!(grown.words, "two three four five six seven eight nine ten one");
}

#[tokio::test]
async fn a_replayed_screening_changes_nothing_but_the_position() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 2).await;
    let found = finding(&heard.key, "a", 9 * S, 10 * S);
    assert_eq!(heard.screen(store, 0, std::slice::from_ref(&found)).await.unwrap().len(), 1);
    let rows = "select count(*) + (select count(*) from finding) + (select count(*) from flag_finding)
        + (select count(*) from audit_event) + (select count(*) from outbox) from flag";
    let before: i64 = database.value(rows).await;
    let unlike = finding(&heard.key, "z", 0, S);
    assert_eq!(heard.screen(store, 0, &[unlike]).await.unwrap(), []);
    assert_eq!(database.value::<i64>(rows).await, before);
    // The same finding once more, from the screening of the next window, whose context holds its words.
    assert_eq!(heard.screen(store, 1, &[found]).await.unwrap(), []);
    assert_eq!(database.value::<i64>("select count(*) from flag_finding").await, 1);
    assert_eq!(
        database.value::<i64>("select next_offset from partition_progress where consumer_group = 'screen'").await,
        2
    );
}

#[tokio::test]
async fn the_order_of_findings_does_not_matter() {
    let mut flags = Vec::new();
    for reversed in [false, true] {
        let database = Database::new().await;
        let heard = Heard::new(&database.store, 1).await;
        let mut findings: Vec<_> =
            [(0, 2), (1, 3), (4, 6), (5, 9)].map(|(a, b)| finding(&heard.key, "a", a * S, b * S)).into();
        if reversed {
            findings.reverse();
        }
        heard.screen(&database.store, 0, &findings).await.unwrap();
        flags.push(database.store.flags(&room(), true).await.unwrap());
    }
    assert_eq!(flags[0], flags[1]);
    assert_eq!(flags[0].len(), 2);
}

#[tokio::test]
async fn suppressed_findings_stay_among_themselves() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 1).await;
    let quoted =
        |rule, first, end| Finding { status: FlagStatus::Suppressed, ..finding(&heard.key, rule, first * S, end * S) };
    let findings = [quoted("a", 1, 3), finding(&heard.key, "b", 2, 4 * S), quoted("c", 2, 5)];
    assert_eq!(heard.screen(store, 0, &findings).await.unwrap().len(), 2);
    let shown = store.flags(&room(), false).await.unwrap();
    assert_eq!(shown.iter().map(|flag| flag.status).collect::<Vec<_>>(), [FlagStatus::Provisional]);
    let all = store.flags(&room(), true).await.unwrap();
    let suppressed = all.iter().find(|flag| flag.status == FlagStatus::Suppressed).unwrap();
    assert_eq!((suppressed.first, suppressed.end, suppressed.findings.len()), (S, 5 * S, 2));
}

#[tokio::test]
async fn reach_is_the_step_that_holds_at_the_first_sample_and_null_before_any() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 1).await;
    let step = |second, listeners| ListenerStep { from: at(second), listeners };
    store.set_listeners(&room(), &[step(2, 0), step(5, 1_300_000)], at(0)).await.unwrap();
    let findings = [0, 2, 5, 7].map(|second| finding(&heard.key, "a", second * S, (second + 1) * S));
    let changes = heard.screen(store, 0, &findings).await.unwrap();
    let reach: Vec<_> = changes.iter().map(|change| change.event.reach).collect();
    assert_eq!(reach, [None, Some(0), Some(1_300_000), Some(1_300_000)]);
}

#[tokio::test]
async fn each_changed_flag_is_announced_once_as_it_stands_at_the_end() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 1).await;
    let findings = [finding(&heard.key, "a", 0, 2 * S), finding(&heard.key, "b", S, 3 * S)];
    let changes = heard.screen(store, 0, &findings).await.unwrap();
    let batch = store.take_outbox(10).await.unwrap().unwrap();
    let sent: Vec<_> = batch.records().iter().filter(|(_, sent)| sent.topic == wire::topic::FLAG).collect();
    assert_eq!((changes.len(), sent.len()), (1, 1));
    assert_eq!(sent[0].1.record, wire::encode_flag(&changes[0].event, at(200)).unwrap());
    assert_eq!(changes[0].event.range, range(0, 3 * S));
}

#[tokio::test]
async fn what_does_not_belong_is_refused() {
    let database = Database::new().await;
    let store = &database.store;
    let heard = Heard::new(store, 1).await;
    let elsewhere = EpochKey { stream: "gallery".parse().unwrap(), ..heard.key.clone() };
    let error = heard.screen(store, 0, &[finding(&elsewhere, "a", 0, S)]).await.unwrap_err();
    assert!(matches!(error, StoreError::StrayFinding { .. }), "{error}");
    let error = heard.screen(store, 7, &[]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "window", .. }), "{error}");

    let by_head = Finding {
        carrier: Carrier::Head { name: "hate".into(), model: CLASSIFIER.into() },
        ..finding(&heard.key, "", 0, S)
    };
    let error = heard.screen(store, 0, std::slice::from_ref(&by_head)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Constraint { constraint, .. } if constraint == "finding_of_model"), "{error}");
    let model = LoadedModel {
        sha256: CLASSIFIER.into(),
        name: "heads".into(),
        library: "ours 1".into(),
        kind: ModelKind::Classifier,
    };
    store.model_loaded(&model, at(0)).await.unwrap();
    heard.screen(store, 0, &[by_head]).await.unwrap();
    let flags = store.flags(&room(), false).await.unwrap();
    assert_eq!(
        (flags[0].findings[0].head.as_deref(), flags[0].findings[0].model.as_deref()),
        (Some("hate"), Some(CLASSIFIER))
    );
}
