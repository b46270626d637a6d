//! Carries the outbox to Kafka: what a transaction announced leaves the database in the order it was written.
//!
//! At least once: a crash between acknowledgement and deletion sends again, and receivers know records by their ids.
//! One relay works at a time, whoever holds the outbox; all others wait.

use std::time::Duration;

use bus::{BusError, Producer, Record};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

/// Records taken at once.
const BATCH: i64 = 200;
/// How long to wait where there was nothing to send.
const IDLE: Duration = Duration::from_millis(50);
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Relays until `stop`.
pub(crate) async fn run(store: Store, producer: Producer, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let wait = match relay_batch(&store, &producer).await {
            Ok(0) => IDLE,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the outbox waits");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the outbox cannot be read or emptied")]
    Store(#[from] StoreError),
    #[error("the broker does not take what the outbox holds")]
    Bus(#[from] BusError),
}

/// Sends one batch; the records that were acknowledged before a failure are deleted, the rest stays.
async fn relay_batch(store: &Store, producer: &Producer) -> Result<usize, RelayError> {
    let Some(batch) = store.take_outbox(BATCH).await? else { return Ok(0) };
    let mut deliveries = Vec::new();
    for (id, outgoing) in batch.records() {
        let record = outgoing.record.clone();
        let record = Record {
            topic: outgoing.topic.clone(),
            key: record.key.into_bytes(),
            timestamp_ms: record.timestamp_ms,
            headers: record.headers,
            payload: Some(record.payload),
        };
        deliveries.push((*id, producer.enqueue(record).await?));
    }
    let mut sent = Vec::new();
    let mut failure = None;
    for (id, delivery) in deliveries {
        match delivery.await {
            Ok(()) if failure.is_none() => sent.push(id),
            Ok(()) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let count = sent.len();
    batch.delete_sent(&sent).await?;
    match failure {
        Some(error) => Err(error.into()),
        None => Ok(count),
    }
}
