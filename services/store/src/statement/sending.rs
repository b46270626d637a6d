//! The right to send statements, which one process has at a time.

use chrono::{DateTime, Utc};
use ledger::truncate_instant;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::SenderState;
use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
};

/// Names the advisory lock of the sender; any number that nothing else in this database uses.
const SENDER_LOCK: i64 = 0x7374_6174_656d;

/// The right to send statements, until it is dropped or its connection is lost.
#[derive(Debug)]
pub struct Sending {
    store: Store,
    connection: PgConnection,
}

/// What a step of sending changed.
#[derive(Clone, Debug)]
pub struct Saved {
    /// What was done: `statement.sending`, `statement.answered`, `statement.asked`.
    pub action: &'static str,
    /// The entries that changed.
    pub entries: Vec<(String, Value)>,
    /// Receipts that came: puid, the other side's id, its time, its address.
    pub receipts: Vec<(String, String, Option<String>, Option<String>)>,
    /// What holds for all sending.
    pub sender: SenderState,
}

impl Store {
    /// Takes the right to send statements; none while another process has it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn begin_sending(&self) -> Result<Option<Sending>, StoreError> {
        const DOING: &str = "take the right to send statements";
        // Taken out of the pool: the lock is the session's, and ends with it.
        let mut connection = self.pool.acquire().await.doing(DOING)?.detach();
        let is_ours = sqlx::query_scalar!("select pg_try_advisory_lock($1) as \"is_ours!\"", SENDER_LOCK)
            .fetch_one(&mut connection)
            .await
            .doing(DOING)?;
        Ok(is_ours.then(|| Sending { store: self.clone(), connection }))
    }
}

impl Sending {
    /// The entries of the outbox that have not come to their end, and what holds for all sending.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn open(&mut self) -> Result<(Vec<(String, Value)>, SenderState), StoreError> {
        read_open(&mut self.connection).await
    }

    /// The bytes of those statements, in order of their puids.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn bodies(&mut self, puids: &[String]) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let rows = sqlx::query_file!("queries/statement/bodies.sql", puids)
            .fetch_all(&mut self.connection)
            .await
            .doing("read statements of reasons")?;
        Ok(rows.into_iter().map(|row| (row.puid, row.body)).collect())
    }

    /// Saves what a step changed, with its audit event, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then nothing more may be sent.
    pub async fn save(&mut self, saved: &Saved, now: DateTime<Utc>) -> Result<(), StoreError> {
        const DOING: &str = "save how far statements are";
        let now = truncate_instant(now);
        let mut transaction = self.connection.begin().await.doing(DOING)?;
        let (puids, entries): (Vec<String>, Vec<Value>) = saved.entries.iter().cloned().unzip();
        sqlx::query_file!("queries/statement_outbox/set.sql", &puids, &entries, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        for (puid, uuid, created_at, permalink) in &saved.receipts {
            let created_at = created_at.as_deref();
            sqlx::query_file!("queries/statement_receipt/add.sql", puid, uuid, created_at, permalink.as_deref(), now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        }
        let SenderState { not_before, stopped } = &saved.sender;
        sqlx::query_file!("queries/statement_sender/set.sql", not_before.map(truncate_instant), stopped.as_deref())
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        // Each statement of the call by its state: which puid went how far can be read from one event.
        let states: serde_json::Map<String, Value> =
            saved.entries.iter().map(|(puid, entry)| (puid.clone(), entry["state"].clone())).collect();
        let payload = json!({ "states": states, "receipts": saved.receipts.len(), "is_stopped": stopped.is_some() });
        let entity_id = puids.first().cloned().unwrap_or_default();
        let change = Change { action: saved.action, entity: "statement", entity_id, room: None, payload };
        self.store.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)
    }
}

pub(super) async fn read_open(
    connection: &mut PgConnection,
) -> Result<(Vec<(String, Value)>, SenderState), StoreError> {
    let rows = sqlx::query_file!("queries/statement_outbox/open.sql")
        .fetch_all(&mut *connection)
        .await
        .doing("read the outbox of statements")?;
    let sender = read_sender(connection).await?;
    Ok((rows.into_iter().map(|row| (row.puid, row.entry)).collect(), sender))
}

pub(super) async fn read_sender(connection: &mut PgConnection) -> Result<SenderState, StoreError> {
    sqlx::query_file_as!(SenderState, "queries/statement_sender/read.sql")
        .fetch_one(connection)
        .await
        .doing("read what holds for all sending")
}
