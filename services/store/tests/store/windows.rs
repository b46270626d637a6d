//! One transaction a window: stored once, in place, under a lease, with its position.

use domain::{CoverageState, Epoch, EpochKey, StreamTime};
use store::{DeadLetter, StoreError, Stored};

use crate::{
    cluster::Database,
    fixture::{S, at, claim, end, new_window, open, range, store_window, window},
};

#[tokio::test]
async fn a_window_stored_twice_is_one_and_the_first_text_stands() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    assert_eq!(store_window(store, &lease, &window(&key, 0, 5 * S, "good evening"), 5).await, Stored::New);
    let again = window(&key, 0, 4 * S, "could weaving");
    assert_eq!(store_window(store, &lease, &again, 6).await, Stored::Kept { end: StreamTime::from_samples(5 * S) });
    assert_eq!(database.column("select text from word order by ordinal").await, ["good", "evening"]);
    assert_eq!(database.value::<i64>("select count(*) from \"window\"").await, 1);
    assert_eq!(database.value::<i64>("select count(*) from outbox").await, 1);
    assert_eq!(claim(store, "transcribe").await.next_offset, Some(6));
}

#[tokio::test]
async fn two_workers_at_once_store_one_window() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, S, "hello");
    let stored = futures_util::future::join_all((0..6).map(|_| store_window(store, &lease, &heard, 1))).await;
    assert_eq!(stored.iter().filter(|stored| **stored == Stored::New).count(), 1);
    assert_eq!(database.value::<i64>("select count(*) from word").await, 1);
}

#[tokio::test]
async fn a_window_must_begin_where_the_last_one_ended() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&key, 0, 5 * S, ""), 5).await;
    for first in [5 * S + 1, 5 * S - 1] {
        let misplaced = window(&key, first, 9 * S, "");
        let error = store.store_window(&lease, new_window(&misplaced, 9), at(1)).await.unwrap_err();
        let text = format!("epoch 0 of town hall/stage is stored up to sample 80000, {first} does not follow");
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(claim(store, "transcribe").await.next_offset, Some(5));
}

#[tokio::test]
async fn intervals_must_tile_their_window() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let mut torn = window(&key, 0, 5 * S, "");
    torn.intervals[0].range = range(0, 4 * S);
    let error = store.store_window(&lease, new_window(&torn, 9), at(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Tiling { .. }), "{error}");
    assert_eq!(database.value::<i64>("select count(*) from \"window\"").await, 0);
}

#[tokio::test]
async fn the_database_itself_refuses_what_overlaps() {
    let database = Database::new().await;
    let key = open(&database.store, 0).await;
    let lease = claim(&database.store, "transcribe").await.lease;
    store_window(&database.store, &lease, &window(&key, 0, 5 * S, ""), 5).await;
    for (statement, expected) in [
        (
            "insert into \"window\" select gen_random_uuid(), stream_id, epoch, 79999, 90000, began_at, ended_at, language,
             model_sha256, library, setting_sha256, guards, attempts, seam, stored_at from \"window\"",
            "window_never_overlaps",
        ),
        (
            "insert into coverage_interval select stream_id, epoch, 100, 200, window_id, state, reason from coverage_interval",
            "coverage_interval_never_overlaps",
        ),
    ] {
        let error = sqlx::query(statement).execute(&database.rows).await.unwrap_err();
        assert_eq!(error.as_database_error().and_then(|e| e.constraint()), Some(expected), "{error}");
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_partition_writes_nothing() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let zombie = claim(store, "transcribe").await.lease;
    let owner = claim(store, "transcribe").await.lease;
    assert_eq!((zombie.generation, owner.generation), (1, 2));
    let heard = window(&key, 0, S, "hello");
    let letter = DeadLetter { offset: 0, why: "test".into(), key: None, headers: Vec::new(), payload: None };
    for error in [
        store.store_window(&zombie, new_window(&heard, 1), at(1)).await.map(|_| ()).unwrap_err(),
        store.finish_epoch(&zombie, end(&key, 0, 1), at(1)).await.map(|_| ()).unwrap_err(),
        store.begin_attempt(&zombie, &key, StreamTime::ZERO).await.map(|_| ()).unwrap_err(),
        store.advance_partition(&zombie, 9, at(1)).await.map(|_| ()).unwrap_err(),
        store.keep_dead_letter(&zombie, &letter, at(1)).await.map(|_| ()).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), "generation 1 of transcribe no longer holds partition 0 of audio.chunk.v1");
        assert!(!error.is_transient());
    }
    assert_eq!(database.value::<i64>("select count(*) from \"window\"").await, 0);
    assert_eq!(store_window(store, &owner, &heard, 1).await, Stored::New);
    // Another group has positions of its own.
    assert_eq!(claim(store, "screen").await.next_offset, None);
}

#[tokio::test]
async fn a_position_never_moves_back() {
    let database = Database::new().await;
    let store = &database.store;
    let lease = claim(store, "transcribe").await.lease;
    assert_eq!(store.advance_partition(&lease, 7, at(1)).await.unwrap(), 7);
    assert_eq!(store.advance_partition(&lease, 3, at(2)).await.unwrap(), 7);
    let key = open(store, 0).await;
    store_window(store, &lease, &window(&key, 0, S, ""), 2).await;
    assert_eq!(claim(store, "transcribe").await.next_offset, Some(7));
}

#[tokio::test]
async fn an_epoch_is_finished_once_and_only_when_all_of_it_is_stored() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&key, 0, 5 * S, ""), 5).await;
    let error = store.finish_epoch(&lease, end(&key, 6 * S, 6), at(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::OutOfPlace { expected: 80_000, found: 96_000, .. }), "{error}");
    assert!(store.finish_epoch(&lease, end(&key, 5 * S, 6), at(9)).await.unwrap());
    assert!(!store.finish_epoch(&lease, end(&key, 5 * S, 7), at(9)).await.unwrap());
    let late = window(&key, 5 * S, 6 * S, "late");
    let error = store.store_window(&lease, new_window(&late, 8), at(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::Finished { .. }), "{error}");
    // A replay of what is stored is still a replay.
    let replay = store_window(store, &lease, &window(&key, 0, 5 * S, ""), 8).await;
    assert_eq!(replay, Stored::Kept { end: StreamTime::from_samples(5 * S) });
    let state = store.epoch_state(&key).await.unwrap().unwrap();
    assert!(state.finished && state.closed.is_some_and(|(_, samples)| samples == Some(5 * S)));
    assert_eq!(store.unfinished_epochs(key.stream_id()).await.unwrap(), []);
}

#[tokio::test]
async fn attempts_are_counted_until_the_window_is_stored() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    assert_eq!(store.begin_attempt(&lease, &key, StreamTime::ZERO).await.unwrap(), 1);
    assert_eq!(store.begin_attempt(&lease, &key, StreamTime::ZERO).await.unwrap(), 2);
    store_window(store, &lease, &window(&key, 0, S, ""), 1).await;
    assert_eq!(store.begin_attempt(&lease, &key, StreamTime::from_samples(S)).await.unwrap(), 1);
    let error = store.begin_attempt(&lease, &key, StreamTime::ZERO).await.unwrap_err();
    assert!(matches!(error, StoreError::OutOfPlace { .. }), "{error}");
}

#[tokio::test]
async fn an_epoch_that_nobody_opened_takes_no_window() {
    let database = Database::new().await;
    let store = &database.store;
    let key = EpochKey { epoch: Epoch::new(3), ..open(store, 0).await };
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, S, "");
    let error = store.store_window(&lease, new_window(&heard, 1), at(1)).await.unwrap_err();
    assert_eq!(error.to_string(), r#"there is no epoch "town hall/stage/3""#);
}

#[tokio::test]
async fn a_row_that_breaks_a_rule_names_the_rule_and_leaves_nothing() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let mut sure = window(&key, 0, S, "sure");
    sure.segments[0].words[0].p = 1.5;
    let error = store.store_window(&lease, new_window(&sure, 1), at(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "could not store a window's words: it would break the rule word_p_is_a_probability");
    assert_eq!(database.value::<i64>("select count(*) from \"window\"").await, 0);
    assert_eq!(sure.intervals[0].state, CoverageState::Transcribed);
}
