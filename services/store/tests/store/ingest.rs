//! Rooms, epochs, attempts and listeners, as ingest writes them.

use chrono::TimeDelta;
use domain::{BetweenReason, EpochKey, StreamTime};
use store::{AccessAttempt, AttemptResult, EpochEnd, ListenerStep, NewEpoch, RoomChange, RoomDescription, StoreError};

use crate::{
    cluster::Database,
    fixture::{S, at, description, open, open_epoch, room},
};

#[tokio::test]
async fn a_later_run_adds_to_a_room_and_erases_nothing() {
    let database = Database::new().await;
    let store = &database.store;
    assert_eq!(store.open_room(&description(Some(at(0))), at(1)).await.unwrap(), RoomChange::Begun);
    assert_eq!(store.open_room(&description(None), at(2)).await.unwrap(), RoomChange::Unchanged);
    let more = RoomDescription {
        room: room(),
        title: None,
        hosts: vec!["Jon\0as".into(), "Mara".into()],
        language: Some("de".into()),
        scheduled: Some(at(60)),
    };
    assert_eq!(store.open_room(&more, at(3)).await.unwrap(), RoomChange::Changed);
    assert_eq!(store.open_room(&more, at(4)).await.unwrap(), RoomChange::Unchanged);
    let shown = store.room_show(&room()).await.unwrap();
    assert_eq!(shown.room.title.as_deref(), Some("A talk"));
    assert_eq!(shown.hosts, ["Mara", "Jon\u{fffd}as"]);
    assert_eq!((shown.language.as_deref(), shown.room.scheduled), (Some("de"), Some(at(60))));
}

#[tokio::test]
async fn a_connection_opens_the_next_epoch_and_supersedes_the_one_before() {
    let database = Database::new().await;
    let store = &database.store;
    let first = open(store, 0).await;
    let second = open_epoch(store, 50).await;
    assert_eq!((first.epoch.number(), second.epoch.number()), (0, 1));
    let state = store.epoch_state(&first).await.unwrap().unwrap();
    assert_eq!((state.closed, state.finished), (Some((EpochEnd::Superseded, None)), false));
    assert_eq!(store.epoch_state(&second).await.unwrap().unwrap().closed, None);
    let unfinished = store.unfinished_epochs(first.stream_id()).await.unwrap();
    assert_eq!(unfinished.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), [first, second]);
}

#[tokio::test]
async fn two_openers_at_once_get_two_epochs() {
    let database = Database::new().await;
    open(&database.store, 0).await;
    let opened = futures_util::future::join_all((0..8).map(|second| open_epoch(&database.store, second))).await;
    let mut numbers: Vec<_> = opened.iter().map(|key| key.epoch.number()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(database.value::<i64>("select count(*) from epoch where closed_how is null").await, 1);
}

#[tokio::test]
async fn only_the_first_close_counts() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    assert!(store.close_epoch(&key, Some(5 * S), EpochEnd::Ended, at(5), at(6)).await.unwrap());
    assert!(!store.close_epoch(&key, Some(9 * S), EpochEnd::Idle, at(9), at(9)).await.unwrap());
    let state = store.epoch_state(&key).await.unwrap().unwrap();
    assert_eq!(state.closed, Some((EpochEnd::Ended, Some(5 * S))));
    let unknown = EpochKey { epoch: domain::Epoch::new(7), ..key };
    let error = store.close_epoch(&unknown, None, EpochEnd::Idle, at(9), at(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "epoch", .. }), "{error}");
    assert_eq!(store.epoch_state(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_known_to_be_durable_only_grows() {
    let database = Database::new().await;
    let key = open(&database.store, 0).await;
    for seen in [30, 50, 40] {
        database.store.note_seen(&key, StreamTime::from_samples(seen)).await.unwrap();
    }
    assert_eq!(database.store.epoch_state(&key).await.unwrap().unwrap().seen_end.samples(), 50);
}

#[tokio::test]
async fn an_unknown_room_is_answered_with_rooms_of_like_names() {
    let database = Database::new().await;
    let store = &database.store;
    open(store, 0).await;
    let other = RoomDescription { room: "zzz".parse().unwrap(), ..description(None) };
    store.open_room(&other, at(1)).await.unwrap();
    let error = store.coverage(&"Town-Hall".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), r#"there is no room "Town-Hall"; there is town hall"#);
    let new = NewEpoch { began_at: at(0), source: String::new(), language: "en".into(), before: None };
    let error = store.open_epoch(&"attic".parse().unwrap(), &"stage".parse().unwrap(), &new, at(0)).await.unwrap_err();
    assert_eq!(error.to_string(), r#"there is no room "attic""#);
}

#[tokio::test]
async fn listeners_attempts_and_the_delay_of_the_start_read_back() {
    let database = Database::new().await;
    let store = &database.store;
    store.open_room(&description(Some(at(0))), at(0)).await.unwrap();
    let attempt = AccessAttempt {
        room: room(),
        stream: "stage".parse().unwrap(),
        at: at(0),
        source: "https://example.org/live".into(),
        result: AttemptResult::Refused,
        status: Some(503),
        latency_ms: Some(212),
        retry_after_s: Some(60),
    };
    store.record_attempt(&attempt, at(1)).await.unwrap();
    let before = Some(BetweenReason::NotStarted);
    let new = NewEpoch { began_at: at(250), source: "live".into(), language: "en".into(), before };
    store.open_epoch(&room(), &"stage".parse().unwrap(), &new, at(250)).await.unwrap();
    let steps = |steps: &[(i64, i64)]| -> Vec<_> {
        steps.iter().map(|&(second, listeners)| ListenerStep { from: at(second), listeners }).collect()
    };
    store.set_listeners(&room(), &steps(&[(0, 915_000), (60, 1)]), at(2)).await.unwrap();
    let finer = ListenerStep { from: at(60) + TimeDelta::nanoseconds(300), listeners: 1_300_000 };
    store.set_listeners(&room(), &[finer], at(3)).await.unwrap();

    let shown = store.room_show(&room()).await.unwrap();
    assert_eq!(shown.listeners, steps(&[(0, 915_000), (60, 1_300_000)]));
    assert_eq!(shown.attempts, [attempt]);
    assert_eq!(shown.room.peak_listeners, Some(1_300_000));
    let between = &shown.coverage.streams[0].between;
    assert_eq!(between.len(), 1);
    assert_eq!((between[0].from, between[0].to, between[0].reason), (at(0), at(250), BetweenReason::Refused));
    let error = store.set_listeners(&room(), &steps(&[(0, -1)]), at(4)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Constraint { constraint, .. } if constraint == "listener_count_counts"));
}
