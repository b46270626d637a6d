//! However often and in whatever order windows are tried again, by whatever owner, the same rows come out.

use domain::{EpochKey, HeardWindow};
use serde_json::Value;
use store::{Lease, Store, StoreError, Stored};

use crate::{
    cluster::Database,
    fixture::{S, at, claim, end, new_window, open, window},
};

/// A small generator of numbers (`SplitMix64`), so that a seed names a run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}

const WINDOWS: usize = 12;

fn windows(key: &EpochKey) -> Vec<HeardWindow> {
    let mut first = 0;
    (0..WINDOWS)
        .map(|n| {
            let end = first + S * i64::try_from(n % 3 + 1).unwrap();
            let heard = window(key, first, end, ["", "one two", "three"][n % 3]);
            first = end;
            heard
        })
        .collect()
}

/// All that is stored but the times at which it was, the audit log, and whose it is.
async fn rows(database: &Database) -> Vec<Value> {
    let mut all = Vec::new();
    for query in [
        "select coalesce(jsonb_agg(to_jsonb(w) - 'stored_at' order by first_sample), '[]') from \"window\" w",
        "select coalesce(jsonb_agg(to_jsonb(s) order by window_id, ordinal), '[]') from segment s",
        "select coalesce(jsonb_agg(to_jsonb(w) order by window_id, ordinal), '[]') from word w",
        "select coalesce(jsonb_agg(to_jsonb(c) order by first_sample), '[]') from coverage_interval c",
        "select coalesce(jsonb_agg(headers order by outbox_id), '[]') from outbox",
        "select coalesce(jsonb_agg(to_jsonb(p) - 'finished_at'), '[]') from epoch_progress p",
        "select coalesce(jsonb_agg(next_offset), '[]') from partition_progress",
    ] {
        all.push(database.value(query).await);
    }
    all
}

/// One step of a worker that cannot know what is stored: any window, under any lease it ever had.
async fn stumble(store: &Store, leases: &[Lease], windows: &[HeardWindow], dice: &mut Dice) {
    let n = dice.below(windows.len());
    let lease = &leases[dice.below(leases.len())];
    let new = new_window(&windows[n], i64::try_from(n).unwrap() + 1);
    if dice.below(4) == 0 {
        // Killed at any moment before the answer: the future is dropped where it stands.
        let _ = tokio::time::timeout(
            std::time::Duration::from_micros(dice.below(6000) as u64),
            store.store_window(lease, new, at(1)),
        )
        .await;
        return;
    }
    match store.store_window(lease, new, at(1)).await {
        Ok(Stored::New) => {}
        Ok(Stored::Kept { end }) => assert_eq!(end, windows[n].range.end()),
        Err(StoreError::OutOfPlace { expected, found, .. }) => assert!(found > expected, "{found} after {expected}"),
        Err(StoreError::LeaseLost { .. }) => assert_ne!(lease, leases.last().unwrap()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn any_order_of_retries_stores_the_same_rows() {
    let straight = Database::new().await;
    let key = open(&straight.store, 0).await;
    let windows = windows(&key);
    let lease = claim(&straight.store, "transcribe").await.lease;
    for (heard, next_offset) in windows.iter().zip(1..) {
        straight.store.store_window(&lease, new_window(heard, next_offset), at(1)).await.unwrap();
    }
    let expected = rows(&straight).await;

    for seed in 0..4 {
        let database = Database::new().await;
        let store = &database.store;
        open(store, 0).await;
        let mut dice = Dice(seed);
        let mut leases = vec![claim(store, "transcribe").await.lease];
        for step in 0..150 {
            if dice.below(30) == 0 {
                leases.push(claim(store, "transcribe").await.lease);
            }
            stumble(store, &leases, &windows, &mut dice).await;
            if step % 5 == 0 {
                // Progress is certain only for a worker that asks where to go on.
                let state = store.epoch_state(&key).await.unwrap().unwrap();
                if let Some(next) = windows.iter().position(|heard| heard.range.first() == state.next_first) {
                    let new = new_window(&windows[next], i64::try_from(next).unwrap() + 1);
                    store.store_window(leases.last().unwrap(), new, at(1)).await.unwrap();
                }
            }
        }
        assert_eq!(rows(&database).await, expected, "seed {seed}");
        let samples = windows.last().unwrap().range.end().samples();
        assert!(store.finish_epoch(leases.last().unwrap(), end(&key, samples, 99), at(2)).await.unwrap());
        assert_eq!(store.coverage(&key.room).await.unwrap().streams[0].unaccounted_samples, 0);
    }
}
