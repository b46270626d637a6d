//! What leaves the database, and what could not be used.

use sqlx::Row;
use store::DeadLetter;

use crate::{
    cluster::Database,
    fixture::{S, announcement, at, claim, end, open, store_window, window},
};

#[tokio::test]
async fn records_leave_in_order_through_one_relay_at_a_time() {
    let database = Database::new().await;
    let store = &database.store;
    assert!(store.take_outbox(10).await.unwrap().is_none());
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let windows: Vec<_> = (0..3).map(|n| window(&key, n * S, (n + 1) * S, "")).collect();
    for heard in &windows {
        store_window(store, &lease, heard, 1).await;
    }
    let mut last = end(&key, 3 * S, 4);
    last.announce = Some(announcement("transcript.window.v1", "end"));
    store.finish_epoch(&lease, last, at(9)).await.unwrap();

    let batch = store.take_outbox(10).await.unwrap().unwrap();
    let expected: Vec<_> = windows.iter().map(|heard| heard.id().to_string()).chain(["end".to_owned()]).collect();
    let expected: Vec<_> = expected.iter().map(|text| announcement("transcript.window.v1", text)).collect();
    assert_eq!(batch.records().iter().map(|(_, record)| record.clone()).collect::<Vec<_>>(), expected);
    assert!(store.take_outbox(10).await.unwrap().is_none(), "another relay is at work");
    drop(batch);

    let batch = wait_for_batch(&database).await;
    assert_eq!(batch.records().len(), 4, "what was dropped is still there");
    let sent: Vec<_> = batch.records().iter().take(3).map(|(id, _)| *id).collect();
    batch.delete_sent(&sent).await.unwrap();
    let batch = store.take_outbox(10).await.unwrap().unwrap();
    assert_eq!(batch.records().iter().map(|(_, record)| record.clone()).collect::<Vec<_>>(), expected[3..]);
}

/// A dropped batch is rolled back when its connection is next used, a moment later.
async fn wait_for_batch(database: &Database) -> store::OutboxBatch {
    for _ in 0..100 {
        if let Some(batch) = database.store.take_outbox(10).await.unwrap() {
            return batch;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the batch that was dropped still holds the relay's lock");
}

#[tokio::test]
async fn a_dead_letter_is_kept_once_byte_for_byte() {
    let database = Database::new().await;
    let store = &database.store;
    let lease = claim(store, "transcribe").await.lease;
    let letter = DeadLetter {
        offset: 41,
        why: "the header ce_first is missing".into(),
        key: Some(vec![0, 255]),
        headers: vec![("ce_type".into(), vec![0xc3, 0x28, 0]), ("ce_type".into(), Vec::new())],
        payload: None,
    };
    assert!(store.keep_dead_letter(&lease, &letter, at(1)).await.unwrap());
    assert!(!store.keep_dead_letter(&lease, &letter, at(2)).await.unwrap());
    let kept =
        sqlx::query("select header_names, header_values, key, payload from dead_letter where record_offset = 41")
            .fetch_one(&database.rows)
            .await
            .unwrap();
    assert_eq!(kept.get::<Vec<String>, _>("header_names"), ["ce_type", "ce_type"]);
    assert_eq!(kept.get::<Vec<Vec<u8>>, _>("header_values"), [vec![0xc3, 0x28, 0], Vec::new()]);
    assert_eq!(kept.get::<Option<Vec<u8>>, _>("key"), letter.key);
    assert_eq!(kept.get::<Option<Vec<u8>>, _>("payload"), None);
    let health = store.health().await.unwrap();
    assert_eq!((health.dead_letters, health.outbox_records, health.outbox_oldest), (1, 0, None));
}
