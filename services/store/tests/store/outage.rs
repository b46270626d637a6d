//! A connection that dies in the middle of a transaction: the caller may try again, and nothing is half done.

use std::time::Duration;

use store::Stored;

use crate::{
    cluster::Database,
    fixture::{S, at, claim, new_window, open, window},
};

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_window_leaves_nothing_and_may_be_tried_again() {
    let database = Database::new().await;
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, S, "hello there");
    // Holds the store up at its very last statement.
    let mut blocker = database.rows.begin().await.unwrap();
    sqlx::query("lock table partition_progress in exclusive mode").execute(&mut *blocker).await.unwrap();
    let (stored, ()) = tokio::join!(store.store_window(&lease, new_window(&heard, 1), at(1)), cut(&database));
    let error = stored.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    blocker.rollback().await.unwrap();

    assert_eq!(database.value::<i64>("select count(*) from word").await, 0);
    assert_eq!(store.store_window(&lease, new_window(&heard, 1), at(1)).await.unwrap(), Stored::New);
}

/// Ends the connections of the services' role to this database that wait for a lock, once there is one.
async fn cut(database: &Database) {
    let cut = "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
        where usename = 'earwitness_service' and datname = current_database() and wait_event_type = 'Lock'";
    for _ in 0..500 {
        if database.value::<i64>(cut).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the store never waited");
}
