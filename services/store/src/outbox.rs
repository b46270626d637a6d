//! What must leave the database: written with the rows it tells of, sent by one relay at a time, deleted when
//! acknowledged. At least once: receivers know a record by its id.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, Postgres, Transaction};
use wire::KafkaRecord;

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
};

/// Names the advisory lock of the relay; any number that nothing else in this database uses.
const RELAY_LOCK: i64 = 0x6f75_7462_6f78;

/// A record and the topic that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRecord {
    /// The topic.
    pub topic: String,
    /// The record.
    pub record: KafkaRecord,
}

/// Records to send, held for one relay. Dropping it keeps them all for the next.
#[derive(Debug)]
pub struct OutboxBatch {
    transaction: Transaction<'static, Postgres>,
    records: Vec<(i64, OutboxRecord)>,
}

impl Store {
    /// Takes the oldest `limit` records. None if there are none, or if another relay is at work.
    ///
    /// Records of one stream stand in the order in which they were written. Holds a connection until the batch is
    /// deleted or dropped.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn take_outbox(&self, limit: i64) -> Result<Option<OutboxBatch>, StoreError> {
        const DOING: &str = "take records from the outbox";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let is_ours = sqlx::query_scalar!("select pg_try_advisory_xact_lock($1) as \"is_ours!\"", RELAY_LOCK)
            .fetch_one(&mut *transaction)
            .await
            .doing(DOING)?;
        if !is_ours {
            return Ok(None);
        }
        let rows =
            sqlx::query_file!("queries/outbox/oldest.sql", limit).fetch_all(&mut *transaction).await.doing(DOING)?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let headers: Vec<(String, String)> = serde_json::from_value(row.headers).reading("outbox record")?;
            let headers = headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
            let record = KafkaRecord { key: row.key, timestamp_ms: row.timestamp_ms, headers, payload: row.payload };
            records.push((row.outbox_id, OutboxRecord { topic: row.topic, record }));
        }
        Ok((!records.is_empty()).then_some(OutboxBatch { transaction, records }))
    }
}

impl OutboxBatch {
    /// The records with their ids, in order.
    pub fn records(&self) -> &[(i64, OutboxRecord)] {
        &self.records
    }

    /// Deletes those that were acknowledged and lets the next relay in.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the records then stay and are sent again.
    pub async fn delete_sent(mut self, ids: &[i64]) -> Result<(), StoreError> {
        const DOING: &str = "delete sent records from the outbox";
        sqlx::query!("delete from outbox where outbox_id = any($1)", ids)
            .execute(&mut *self.transaction)
            .await
            .doing(DOING)?;
        self.transaction.commit().await.doing(DOING)
    }
}

/// Puts a record into the outbox, within a transaction.
pub(crate) async fn put(
    transaction: &mut PgConnection,
    OutboxRecord { topic, record }: &OutboxRecord,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut headers = Vec::with_capacity(record.headers.len());
    for (name, value) in &record.headers {
        let text =
            str::from_utf8(value).map_err(|_| StoreError::Header { topic: topic.clone(), name: name.clone() })?;
        headers.push(Value::from(vec![name.as_str(), text]));
    }
    let headers = Value::Array(headers);
    sqlx::query_file!("queries/outbox/put.sql", topic, record.key, record.timestamp_ms, headers, record.payload, now)
        .execute(transaction)
        .await
        .doing("put a record into the outbox")?;
    Ok(())
}
