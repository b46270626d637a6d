//! Adding to the log, by one writer at a time.

use chrono::{DateTime, Utc};
use ledger::merkle::{Hash, Node};
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use super::{AuditHead, AuditKey, head, keys, last_seq, signed};
use crate::{
    audit::{Change, new_salt},
    connect::Store,
    error::{Doing, Reading, StoreError},
};

/// Names the advisory lock of the log's writer; any number that nothing else in this database uses.
const WRITER_LOCK: i64 = 0x0061_7564_6974;

/// An event that becomes a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLeaf {
    /// The event.
    pub audit_event_id: Uuid,
    /// Its hash.
    pub leaf_hash: Hash,
}

/// The right to add to the log: nobody else has it until this is committed or dropped, which undoes all.
#[derive(Debug)]
pub struct AuditAppend {
    store: Store,
    transaction: Transaction<'static, Postgres>,
}

impl Store {
    /// Takes the right to add to the log; none while another writer has it, unless `wait`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn append_to_audit_log(&self, wait: bool) -> Result<Option<AuditAppend>, StoreError> {
        const DOING: &str = "take the right to write the audit log";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let is_ours = if wait {
            sqlx::query!("select pg_advisory_xact_lock($1)", WRITER_LOCK)
                .fetch_one(&mut *transaction)
                .await
                .doing(DOING)?;
            true
        } else {
            sqlx::query_scalar!("select pg_try_advisory_xact_lock($1) as \"is_ours!\"", WRITER_LOCK)
                .fetch_one(&mut *transaction)
                .await
                .doing(DOING)?
        };
        Ok(is_ours.then(|| AuditAppend { store: self.clone(), transaction }))
    }
}

impl AuditAppend {
    /// How far the log is, as nobody else can change it now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn head(&mut self) -> Result<AuditHead, StoreError> {
        head(&mut self.transaction).await
    }

    /// All keys, as nobody else can change them now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn keys(&mut self) -> Result<Vec<AuditKey>, StoreError> {
        keys(&mut self.transaction).await
    }

    /// The first `limit` events without a place, in the order of their ids: that in which they were born. One whose
    /// transaction commits late comes with a later call.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn waiting(&mut self, limit: u32) -> Result<Vec<NewLeaf>, StoreError> {
        let rows = sqlx::query_file!("queries/audit_event/waiting.sql", i64::from(limit))
            .fetch_all(&mut *self.transaction)
            .await
            .doing("read events without a place")?;
        let mut leaves = Vec::with_capacity(rows.len());
        for row in rows {
            let leaf_hash = row.leaf_hash.as_slice().try_into().reading("audit event's hash")?;
            leaves.push(NewLeaf { audit_event_id: row.audit_event_id, leaf_hash });
        }
        Ok(leaves)
    }

    /// Adds leaves from the place `first` on, and the nodes that they complete.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] if the log does not end before `first`, or an event has a place already.
    pub async fn add(&mut self, first: u64, leaves: &[NewLeaf], nodes: &[(Node, Hash)]) -> Result<(), StoreError> {
        let seqs: Vec<i64> = (first..).take(leaves.len()).map(signed).collect();
        let (ids, hashes): (Vec<Uuid>, Vec<Vec<u8>>) =
            leaves.iter().map(|leaf| (leaf.audit_event_id, leaf.leaf_hash.to_vec())).unzip();
        sqlx::query_file!("queries/audit_leaf/append.sql", &seqs, &ids, &hashes)
            .execute(&mut *self.transaction)
            .await
            .doing("add leaves to the audit log")?;
        let levels: Vec<i16> = nodes.iter().map(|(node, _)| i16::from(node.level)).collect();
        let (ends, hashes): (Vec<i64>, Vec<Vec<u8>>) =
            nodes.iter().map(|(node, hash)| (last_seq(*node), hash.to_vec())).unzip();
        sqlx::query_file!("queries/audit_node/append.sql", &levels, &ends, &hashes)
            .execute(&mut *self.transaction)
            .await
            .doing("add nodes to the audit log's tree")?;
        Ok(())
    }

    /// Adds a checkpoint.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] if there is one of that size.
    pub async fn add_checkpoint(
        &mut self,
        size: u64,
        root: &Hash,
        note: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query_file!("queries/audit_checkpoint/add.sql", signed(size), root.as_slice(), note, now)
            .execute(&mut *self.transaction)
            .await
            .doing("add a checkpoint to the audit log")?;
        Ok(())
    }

    /// Adds a key and the event that tells of it, which has no place yet: the first key without a `rotation`.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] if a key begins at that size, or has signed before.
    pub async fn add_key(
        &mut self,
        first_size: u64,
        vkey: &str,
        rotation: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<NewLeaf, StoreError> {
        sqlx::query_file!("queries/audit_key/add.sql", signed(first_size), vkey, rotation, now)
            .execute(&mut *self.transaction)
            .await
            .doing("add a key of the audit log")?;
        let action = if rotation.is_some() { "audit_key.rotated" } else { "audit_key.begun" };
        let mut payload = serde_json::json!({ "first_size": first_size, "vkey": vkey });
        if let Some(note) = rotation {
            payload["rotation"] = Value::from(note);
        }
        let change = Change { action, entity: "audit_key", entity_id: vkey.to_owned(), room: None, payload };
        let (audit_event_id, leaf_hash) =
            self.store.record_leaf(&mut self.transaction, now, new_salt()?, change).await?;
        Ok(NewLeaf { audit_event_id, leaf_hash })
    }

    /// Makes all of it stand, and lets the next writer in.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; whether it stands is then unknown, and the head must be read.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.doing("commit to the audit log")
    }
}
