//! The log over the audit events: reading it, page by page.
//!
//! Leaves, nodes, checkpoints and keys are only ever added, so pages read one after the other agree without a snapshot.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledger::{
    AuditEvent, SALT_BYTES,
    merkle::{Hash, Node},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
};

mod append;
mod vouch;

pub use append::{AuditAppend, NewLeaf};
pub use vouch::{AuditCosignature, AuditStamp};

/// How far the log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Leaves there are.
    pub leaves: u64,
    /// The size of the last checkpoint, 0 without one.
    pub signed: u64,
    /// The last checkpoint's note.
    pub note: Option<String>,
    /// Keys there have been.
    pub keys: u64,
}

/// A leaf as it is stored, with its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLeaf {
    /// Its place.
    pub seq: u64,
    /// Whose leaf it is.
    pub audit_event_id: Uuid,
    /// Its hash.
    pub leaf_hash: Hash,
    /// The event's row; none if it is gone.
    pub event: Option<LoggedEvent>,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// The place that its own row names.
    pub seq: Option<i64>,
    /// The hash that its own row names.
    pub leaf_hash: Vec<u8>,
    /// What it says.
    pub event: AuditEvent,
}

/// A checkpoint as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// Leaves that it stands for.
    pub size: u64,
    /// The root at that size.
    pub root: Vec<u8>,
    /// The signed note.
    pub note: String,
}

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditKey {
    /// The first size that it signs.
    pub first_size: u64,
    /// Its public half.
    pub vkey: String,
    /// The note in which the key before names it; none for the first.
    pub rotation: Option<String>,
    /// When it was taken up.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// How far the log is.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_head(&self) -> Result<AuditHead, StoreError> {
        let mut connection = self.pool.acquire().await.doing("read the audit log's head")?;
        head(&mut connection).await
    }

    /// At most `limit` leaves of `[first, end)` with their events, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn audit_leaves(&self, first: u64, end: u64, limit: u32) -> Result<Vec<AuditLeaf>, StoreError> {
        let rows = sqlx::query_file!("queries/audit_leaf/page.sql", signed(first), signed(end), i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("read the audit log")?;
        let mut leaves = Vec::with_capacity(rows.len());
        for row in rows {
            let event = match (row.happened_at, row.actor, row.action, row.entity, row.entity_id, row.payload) {
                (Some(happened_at), Some(actor), Some(action), Some(entity), Some(entity_id), Some(payload)) => {
                    let salt: [u8; SALT_BYTES] =
                        row.salt.unwrap_or_default().as_slice().try_into().reading("audit event's salt")?;
                    let (audit_event_id, room_id) = (row.audit_event_id, row.room_id);
                    let event = AuditEvent {
                        audit_event_id,
                        happened_at,
                        actor,
                        action,
                        entity,
                        entity_id,
                        room_id,
                        payload,
                        salt,
                    };
                    Some(LoggedEvent { seq: row.said_seq, leaf_hash: row.event_leaf_hash.unwrap_or_default(), event })
                }
                _ => None,
            };
            let leaf_hash = row.leaf_hash.as_slice().try_into().reading("audit leaf")?;
            let seq = row.seq.cast_unsigned();
            leaves.push(AuditLeaf { seq, audit_event_id: row.audit_event_id, leaf_hash, event });
        }
        Ok(leaves)
    }

    /// Stored nodes above the leaves whose last leaf is in `[first, end)`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn audit_nodes_ending(&self, first: u64, end: u64) -> Result<BTreeMap<Node, Hash>, StoreError> {
        let rows = sqlx::query_file!("queries/audit_node/page.sql", signed(first), signed(end))
            .fetch_all(&self.pool)
            .await
            .doing("read the audit log's tree")?;
        rows.iter().map(|row| stored_node(row.level, row.last_seq, &row.hash)).collect()
    }

    /// The stored hashes of nodes, leaves among them; those that are not there are left out.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn audit_nodes(&self, nodes: &[Node]) -> Result<BTreeMap<Node, Hash>, StoreError> {
        const DOING: &str = "read the audit log's tree";
        let leaves: Vec<i64> = nodes.iter().filter(|node| node.level == 0).map(|node| signed(node.index)).collect();
        let (levels, ends): (Vec<i16>, Vec<i64>) =
            nodes.iter().filter(|node| node.level > 0).map(|node| (i16::from(node.level), last_seq(*node))).unzip();
        let mut hashes = BTreeMap::new();
        for row in sqlx::query_file!("queries/audit_leaf/at.sql", &leaves).fetch_all(&self.pool).await.doing(DOING)? {
            let (node, hash) = stored_node(0, row.seq, &row.leaf_hash)?;
            hashes.insert(node, hash);
        }
        let rows =
            sqlx::query_file!("queries/audit_node/at.sql", &levels, &ends).fetch_all(&self.pool).await.doing(DOING)?;
        for row in rows {
            let (node, hash) = stored_node(row.level, row.last_seq, &row.hash)?;
            hashes.insert(node, hash);
        }
        Ok(hashes)
    }

    /// At most `limit` checkpoints of sizes `first` to `last`, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_checkpoints(
        &self,
        first: u64,
        last: u64,
        limit: u32,
    ) -> Result<Vec<AuditCheckpoint>, StoreError> {
        let rows =
            sqlx::query_file!("queries/audit_checkpoint/page.sql", signed(first), signed(last), i64::from(limit))
                .fetch_all(&self.pool)
                .await
                .doing("read the audit log's checkpoints")?;
        let checkpoint = |size: i64, root, note| AuditCheckpoint { size: size.cast_unsigned(), root, note };
        Ok(rows.into_iter().map(|row| checkpoint(row.size, row.root, row.note)).collect())
    }

    /// The largest checkpoint of at most this size.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_checkpoint_up_to(&self, size: u64) -> Result<Option<AuditCheckpoint>, StoreError> {
        let row = sqlx::query_file!("queries/audit_checkpoint/before.sql", signed(size))
            .fetch_optional(&self.pool)
            .await
            .doing("read a checkpoint of the audit log")?;
        Ok(row.map(|row| AuditCheckpoint { size: row.size.cast_unsigned(), root: row.root, note: row.note }))
    }

    /// All keys in the order in which they signed.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_keys(&self) -> Result<Vec<AuditKey>, StoreError> {
        let mut connection = self.pool.acquire().await.doing("read the audit log's keys")?;
        keys(&mut connection).await
    }

    /// Place and leaf of an event; none where it has none yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_place(&self, audit_event_id: Uuid) -> Result<Option<(u64, Hash)>, StoreError> {
        let row = sqlx::query_file!("queries/audit_leaf/of_event.sql", audit_event_id)
            .fetch_optional(&self.pool)
            .await
            .doing("look for an event in the audit log")?;
        row.map(|row| Ok((row.seq.cast_unsigned(), row.leaf_hash.as_slice().try_into().reading("audit leaf")?)))
            .transpose()
    }

    /// Events that name a place below `leaves` and have no leaf: their leaves were taken away.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_events_without_leaf(&self, leaves: u64) -> Result<Vec<(Uuid, i64)>, StoreError> {
        let rows = sqlx::query_file!("queries/audit_event/without_leaf.sql", signed(leaves))
            .fetch_all(&self.pool)
            .await
            .doing("look for events without a leaf")?;
        Ok(rows.into_iter().map(|row| (row.audit_event_id, row.seq)).collect())
    }

    /// How many events have no place yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_events_waiting(&self) -> Result<i64, StoreError> {
        sqlx::query_scalar!("select count(*) as \"waiting!\" from audit_event where seq is null")
            .fetch_one(&self.pool)
            .await
            .doing("count the events without a place")
    }
}

async fn head(connection: &mut PgConnection) -> Result<AuditHead, StoreError> {
    let row = sqlx::query_file!("queries/audit_leaf/head.sql")
        .fetch_one(connection)
        .await
        .doing("read the audit log's head")?;
    Ok(AuditHead {
        leaves: row.leaves.cast_unsigned(),
        signed: row.signed.cast_unsigned(),
        note: row.note,
        keys: row.keys.cast_unsigned(),
    })
}

async fn keys(connection: &mut PgConnection) -> Result<Vec<AuditKey>, StoreError> {
    let rows = sqlx::query_file!("queries/audit_key/all.sql")
        .fetch_all(connection)
        .await
        .doing("read the audit log's keys")?;
    let key = |first_size: i64, vkey, rotation, created_at| AuditKey {
        first_size: first_size.cast_unsigned(),
        vkey,
        rotation,
        created_at,
    };
    Ok(rows.into_iter().map(|row| key(row.first_size, row.vkey, row.rotation, row.created_at)).collect())
}

/// The last leaf below a node.
fn last_seq(node: Node) -> i64 {
    signed((node.index.saturating_add(1) << node.level).saturating_sub(1))
}

fn stored_node(level: i16, last_seq: i64, hash: &[u8]) -> Result<(Node, Hash), StoreError> {
    let level = u8::try_from(level).reading("audit node")?;
    let index = ((last_seq.cast_unsigned() + 1) >> level).saturating_sub(1);
    Ok((Node { level, index }, hash.try_into().reading("audit node")?))
}

/// A place or size for a column; a tree never grows beyond what one holds.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
