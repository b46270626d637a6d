//! Statements of reasons: their bytes, how far each is, and the receipts for them.
//!
//! What an entry of the outbox means is `report-formats`' business; here it is JSON with a state. Who sends holds a lock of
//! the database on a connection of its own, through which all that sending changes is written: if that connection is lost,
//! nothing more can be saved and so nothing more is sent, and no two ever send at once.

mod sending;

use chrono::{DateTime, Utc};
use domain::{CaseId, DecisionId};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use sending::{Saved, Sending};

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
    provenance::hex,
    rows::uuid,
};

/// A statement of reasons that was built.
#[derive(Clone, Debug)]
pub struct NewStatement {
    /// Its id at the Transparency Database.
    pub puid: String,
    /// The decision that it tells of.
    pub decision_id: DecisionId,
    /// The statement, byte for byte as it goes out.
    pub body: Vec<u8>,
    /// Its first entry in the outbox: `{"state": …}`.
    pub entry: Value,
}

/// A statement as it is kept, with how far it is.
#[derive(Clone, Debug)]
pub struct StatementLine {
    /// Its id at the Transparency Database.
    pub puid: String,
    /// The decision that it tells of.
    pub decision_id: DecisionId,
    /// The statement, byte for byte.
    pub body: Vec<u8>,
    /// When it was built.
    pub built_at: DateTime<Utc>,
    /// How far it is.
    pub state: String,
    /// The same with its facts.
    pub entry: Value,
    /// The id that the Transparency Database gave, by its receipt.
    pub receipt: Option<String>,
    /// When it stored it, in its own words.
    pub created_at: Option<String>,
}

/// What holds for all sending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderState {
    /// Nothing goes out before.
    pub not_before: Option<DateTime<Utc>>,
    /// Why nothing goes out at all.
    pub stopped: Option<String>,
}

impl Store {
    /// The first `limit` decisions after `after` that restrict and have no statement yet, with their cases. An order's
    /// are among them, though no statement is owed of those.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn decisions_without_statement(
        &self,
        after: Option<DecisionId>,
        limit: i64,
    ) -> Result<Vec<(DecisionId, CaseId)>, StoreError> {
        let rows = sqlx::query_file!("queries/statement/owed.sql", after.map(uuid), limit)
            .fetch_all(&self.pool)
            .await
            .doing("look for decisions without a statement")?;
        let ids = rows
            .into_iter()
            .map(|row| (DecisionId::from_untyped_uuid(row.decision_id), CaseId::from_untyped_uuid(row.case_id)));
        Ok(ids.collect())
    }

    /// Keeps statements and puts them into the outbox; gives how many are new. One that is there already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for a decision that restricts nothing.
    pub async fn keep_statements(&self, statements: &[NewStatement], now: DateTime<Utc>) -> Result<u64, StoreError> {
        const DOING: &str = "keep statements of reasons";
        let now = truncate_instant(now);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let mut kept = 0;
        for NewStatement { puid, decision_id, body, entry } in statements {
            let added = sqlx::query_file!("queries/statement/add.sql", puid, uuid(*decision_id), body, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
            if added.rows_affected() == 0 {
                continue;
            }
            sqlx::query_file!("queries/statement_outbox/add.sql", puid, entry, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
            let payload = json!({ "decision": uuid(*decision_id), "sha256": hex(&Sha256::digest(body)) });
            let (action, entity_id) = ("statement.built", puid.clone());
            let change = Change { action, entity: "statement", entity_id, room: None, payload };
            self.record(&mut transaction, now, change).await?;
            kept += 1;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(kept)
    }

    /// The first `limit` statements after that puid, in order of their puids.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn statements(&self, after: &str, limit: i64) -> Result<Vec<StatementLine>, StoreError> {
        let rows = sqlx::query_file!("queries/statement/ledger.sql", after, limit)
            .fetch_all(&self.pool)
            .await
            .doing("read statements of reasons")?;
        let line = rows.into_iter().map(|row| StatementLine {
            puid: row.puid,
            decision_id: DecisionId::from_untyped_uuid(row.decision_id),
            body: row.body,
            built_at: row.built_at,
            state: row.state,
            entry: row.entry,
            receipt: row.uuid,
            created_at: row.created_at,
        });
        Ok(line.collect())
    }

    /// How far the statement of that puid is; none where there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn statement_state(&self, puid: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar!("select state as \"state!\" from statement_outbox where puid = $1", puid)
            .fetch_optional(&self.pool)
            .await
            .doing("read how far a statement is")
    }

    /// How many statements there are in each state, and what holds for all sending.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn statement_counts(&self) -> Result<(Vec<(String, i64)>, SenderState), StoreError> {
        const DOING: &str = "count statements of reasons";
        let mut snapshot = self.snapshot(DOING).await?;
        let rows =
            sqlx::query_file!("queries/statement_outbox/counts.sql").fetch_all(&mut *snapshot).await.doing(DOING)?;
        let sender = sending::read_sender(&mut snapshot).await?;
        Ok((rows.into_iter().map(|row| (row.state, row.statements)).collect(), sender))
    }

    /// The entries of the outbox that have not come to their end, and what holds for all sending; to look at, not to
    /// send from.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn open_statements(&self) -> Result<(Vec<(String, Value)>, SenderState), StoreError> {
        let mut snapshot = self.snapshot("read the outbox of statements").await?;
        sending::read_open(&mut snapshot).await
    }

    /// The bytes of those statements, in order of their puids.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn statement_bodies(&self, puids: &[String]) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let rows = sqlx::query_file!("queries/statement/bodies.sql", puids)
            .fetch_all(&self.pool)
            .await
            .doing("read statements of reasons")?;
        Ok(rows.into_iter().map(|row| (row.puid, row.body)).collect())
    }
}
