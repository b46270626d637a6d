//! Every change has its event, in the same transaction, with the hash that anyone can compute again.

use chrono::{DateTime, Utc};
use ledger::AuditEvent;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Row;
use store::{
    AccessAttempt, Actor, AttemptResult, DeadLetter, EpochEnd, ListenerStep, LoadedModel, ModelKind, Screening,
};
use uuid::Uuid;

use crate::{
    cluster::Database,
    fixture::{
        CLASSIFIER, S, at, claim, description, end, finding, new_window, open_epoch, room, store_window, window,
    },
};

struct Event {
    event: AuditEvent,
    leaf_hash: Vec<u8>,
}

/// All events in order of their ids.
async fn events(database: &Database) -> Vec<Event> {
    let rows =
        sqlx::query("select * from audit_event order by audit_event_id").fetch_all(&database.rows).await.unwrap();
    rows.iter()
        .map(|row| Event {
            event: AuditEvent {
                audit_event_id: row.get::<Uuid, _>("audit_event_id"),
                happened_at: row.get::<DateTime<Utc>, _>("happened_at"),
                actor: row.get("actor"),
                action: row.get("action"),
                entity: row.get("entity"),
                entity_id: row.get("entity_id"),
                room_id: row.get("room_id"),
                payload: row.get::<Value, _>("payload"),
                salt: row.get::<Vec<u8>, _>("salt").try_into().unwrap(),
            },
            leaf_hash: row.get("leaf_hash"),
        })
        .collect()
}

/// Runs one change of every kind; what is said holds the word `hurt` and nothing else does.
async fn change_everything(database: &Database) {
    let store = database.store.acting_as(Actor::command("ingest").unwrap());
    store.open_room(&description(Some(at(0))), at(1)).await.unwrap();
    let attempt = AccessAttempt {
        room: room(),
        stream: "stage".parse().unwrap(),
        at: at(0),
        source: "live".into(),
        result: AttemptResult::Timeout,
        status: None,
        latency_ms: Some(30_000),
        retry_after_s: None,
    };
    store.record_attempt(&attempt, at(2)).await.unwrap();
    let key = open_epoch(&store, 3).await;
    store.set_listeners(&room(), &[ListenerStep { from: at(0), listeners: 12 }], at(4)).await.unwrap();
    let store = database.store.acting_as(Actor::service("pipeline").unwrap());
    store.config_changed("pipeline", &json!({ "threshold": 0.5 }), at(5)).await.unwrap();
    let model = LoadedModel {
        sha256: CLASSIFIER.into(),
        name: "heads".into(),
        library: "ours 1".into(),
        kind: ModelKind::Classifier,
    };
    store.model_loaded(&model, at(6)).await.unwrap();
    let lease = claim(&store, "transcribe").await.lease;
    let heard = window(&key, 0, 4 * S, "I will hurt you");
    store.store_window(&lease, new_window(&heard, 1), at(7)).await.unwrap();
    let letter = DeadLetter { offset: 5, why: "no room".into(), key: None, headers: Vec::new(), payload: None };
    store.keep_dead_letter(&lease, &letter, at(8)).await.unwrap();
    store.close_epoch(&key, Some(4 * S), EpochEnd::Ended, at(4), at(9)).await.unwrap();
    store.finish_epoch(&lease, end(&key, 4 * S, 2), at(10)).await.unwrap();
    let screen = claim(&store, "screen").await.lease;
    let findings = [finding(&key, "a", 0, 4 * S), finding(&key, "b", S, 4 * S)];
    let screening = Screening {
        window: heard.id(),
        pack_hash: Some("cc"),
        model_sha256: Some(CLASSIFIER),
        findings: &findings,
        next_offset: 1,
    };
    store.store_screening(&screen, &screening, at(11)).await.unwrap();
}

#[tokio::test]
async fn every_change_has_one_event_with_the_hash_of_its_row() {
    let database = Database::new().await;
    change_everything(&database).await;
    let events = events(&database).await;
    let actions: Vec<_> = events.iter().map(|row| (row.event.actor.as_str(), row.event.action.as_str())).collect();
    let (ingest, pipeline) = ("command:ingest", "service:pipeline");
    assert_eq!(
        actions,
        [
            (ingest, "room.begun"),
            (ingest, "access.attempted"),
            (ingest, "epoch.opened"),
            (ingest, "listeners.set"),
            (pipeline, "config.changed"),
            (pipeline, "model.loaded"),
            (pipeline, "window.stored"),
            (pipeline, "dead_letter.kept"),
            (pipeline, "epoch.closed"),
            (pipeline, "epoch.finished"),
            (pipeline, "window.screened"),
            (pipeline, "flag.made"),
            (pipeline, "flag.grown"),
        ]
    );
    for Event { event, leaf_hash } in &events {
        assert_eq!(event.leaf_hash().unwrap().as_slice(), leaf_hash, "{event:?}");
        assert!(!event.canonical().unwrap().contains("hurt"), "{event:?}");
    }
    assert_eq!(database.value::<i64>("select count(*) from audit_event where seq is not null").await, 0);
}

#[tokio::test]
async fn a_window_s_event_proves_its_words() {
    let database = Database::new().await;
    change_everything(&database).await;
    let stored = events(&database).await.into_iter().find(|row| row.event.action == "window.stored").unwrap().event;
    assert_eq!(stored.payload["samples"], json!({ "transcribed": 64_000 }));
    let words: Value = database
        .value("select jsonb_agg(jsonb_build_array(text, first_sample, end_sample) order by ordinal) from word")
        .await;
    let segment: Value = database
        .value(
            "select jsonb_build_object('first', first_sample, 'end', end_sample, 'speaker', speaker, 'text', text,
             'hearing', hearing) from segment",
        )
        .await;
    let mut segment = segment;
    segment["words"] = words;
    let canonical = serde_json_canonicalizer::to_vec(&json!([segment])).unwrap();
    let hash = Sha256::new().chain_update(stored.salt).chain_update(canonical).finalize();
    let hex = hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    assert_eq!(stored.payload["content_sha256"], hex);
}

#[tokio::test]
async fn what_changes_nothing_leaves_no_event() {
    let database = Database::new().await;
    change_everything(&database).await;
    let before = events(&database).await.len();
    let store = &database.store;
    let key = store.unfinished_epochs(window_key().stream_id()).await.unwrap();
    assert_eq!(key, []);
    let key = window_key();
    store.open_room(&description(Some(at(0))), at(20)).await.unwrap();
    store.set_listeners(&room(), &[ListenerStep { from: at(0), listeners: 12 }], at(20)).await.unwrap();
    assert!(!store.config_changed("pipeline", &json!({ "threshold": 0.5 }), at(20)).await.unwrap());
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&key, 0, 4 * S, "other words"), 3).await;
    store.finish_epoch(&lease, end(&key, 4 * S, 4), at(20)).await.unwrap();
    store.close_epoch(&key, None, EpochEnd::Idle, at(20), at(20)).await.unwrap();
    assert_eq!(events(&database).await.len(), before);
    assert!(store.config_changed("pipeline", &json!({ "threshold": 0.6 }), at(21)).await.unwrap());
    assert_eq!(events(&database).await.len(), before + 1);
}

fn window_key() -> domain::EpochKey {
    domain::EpochKey { room: room(), stream: "stage".parse().unwrap(), epoch: domain::Epoch::new(0) }
}

#[tokio::test]
async fn a_change_whose_event_cannot_be_written_does_not_happen() {
    let database = Database::new().await;
    sqlx::query("alter table audit_event add constraint test_refuses check (action <> 'window.stored')")
        .execute(&database.rows)
        .await
        .unwrap();
    let store = &database.store;
    store.open_room(&description(None), at(0)).await.unwrap();
    let key = open_epoch(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, S, "hello");
    store.store_window(&lease, new_window(&heard, 1), at(1)).await.unwrap_err();
    assert_eq!(database.value::<i64>("select count(*) from word").await, 0);
    assert_eq!(store.epoch_state(&key).await.unwrap().unwrap().next_first.samples(), 0);
    assert_eq!(claim(store, "transcribe").await.next_offset, None);
}
