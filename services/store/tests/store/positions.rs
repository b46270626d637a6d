//! Positions that must go back, and epochs that must come to an end.

use domain::StreamTime;
use serde_json::{Value, json};
use store::{EpochEnd, StoreError};

use crate::{
    cluster::Database,
    fixture::{S, at, claim, end, open, open_epoch, store_window, window},
};

#[tokio::test]
async fn a_position_goes_back_only_by_name_and_that_is_an_event() {
    let database = Database::new().await;
    let store = &database.store;
    let lease = claim(store, "transcribe").await.lease;
    store.advance_partition(&lease, 7, at(1)).await.unwrap();
    assert!(!store.rewind_partition(&lease, 7, at(2)).await.unwrap(), "it stands there");
    assert!(!store.rewind_partition(&lease, 9, at(2)).await.unwrap(), "that would be forwards");
    assert!(store.rewind_partition(&lease, 3, at(2)).await.unwrap());
    assert_eq!(store.advance_partition(&lease, 4, at(3)).await.unwrap(), 4);
    let told: Vec<Value> = sqlx::query_scalar("select payload from audit_event where action = 'partition.rewound'")
        .fetch_all(&database.rows)
        .await
        .unwrap();
    assert_eq!(told, [json!({ "group": "transcribe", "generation": 1, "from": 7, "to": 3 })]);
    assert_eq!(claim(store, "transcribe").await.next_offset, Some(4));
}

#[tokio::test]
async fn a_worker_that_lost_its_partition_cannot_move_it_back() {
    let database = Database::new().await;
    let store = &database.store;
    let zombie = claim(store, "transcribe").await.lease;
    store.advance_partition(&zombie, 7, at(1)).await.unwrap();
    let owner = claim(store, "transcribe").await;
    let refused = store.rewind_partition(&zombie, 0, at(2)).await.unwrap_err();
    assert!(matches!(refused, StoreError::LeaseLost { generation: 1, .. }), "{refused}");
    assert_eq!(store.advance_partition(&owner.lease, 0, at(3)).await.unwrap(), 7);
}

#[tokio::test]
async fn an_epoch_is_expected_to_end_once_records_of_it_must_have_been_sent() {
    let database = Database::new().await;
    let store = &database.store;
    let expected = async || store.expected_epochs().await.unwrap().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    let seen = open(store, 0).await;
    assert_eq!(expected().await, [], "nothing need have been sent of it");
    store.note_seen(&seen, StreamTime::from_samples(S)).await.unwrap();
    assert_eq!(expected().await, std::slice::from_ref(&seen));
    let closed = open_epoch(store, 9).await;
    store.close_epoch(&closed, Some(0), EpochEnd::Ended, at(10), at(10)).await.unwrap();
    assert_eq!(expected().await, [seen.clone(), closed.clone()]);
    let lease = claim(store, "transcribe").await.lease;
    store_window(store, &lease, &window(&seen, 0, S, ""), 5).await;
    store.finish_epoch(&lease, end(&seen, S, 6), at(11)).await.unwrap();
    assert_eq!(expected().await, [closed]);
}
