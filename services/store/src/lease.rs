//! Who may write what comes from a partition, and how far it is: effects happen once.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
    rows::storable,
};

/// The right to write what comes from a partition. It ends when another process claims the partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The consumer group.
    pub group: String,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Raised by each claim.
    pub generation: i64,
}

/// A partition taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What every write must show.
    pub lease: Lease,
    /// Where to read on; none if nothing was ever stored from this partition.
    pub next_offset: Option<i64>,
}

/// A record that could not be used, byte for byte as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its offset in the lease's partition.
    pub offset: i64,
    /// Why it could not be used; nothing of what was said.
    pub why: String,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its headers in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Its value.
    pub payload: Option<Vec<u8>>,
}

impl Store {
    /// Takes a partition over: from now on writes of owners before are refused, and all that they wrote is in the
    /// position returned.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn claim_partition(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
        owner: &str,
        now: DateTime<Utc>,
    ) -> Result<Claim, StoreError> {
        const DOING: &str = "claim a partition";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let generation =
            sqlx::query_file_scalar!("queries/partition_lease/claim.sql", group, topic, partition, owner, now)
                .fetch_one(&mut *transaction)
                .await
                .doing(DOING)?;
        let lease = Lease { group: group.to_owned(), topic: topic.to_owned(), partition, generation };
        let next_offset = read_position(&mut transaction, &lease).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(Claim { lease, next_offset })
    }

    /// Moves the position on, for records that left no row; returns where it stands, which is never before where it
    /// stood.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over.
    pub async fn advance_partition(
        &self,
        lease: &Lease,
        next_offset: i64,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        const DOING: &str = "move a partition's position";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        advance(&mut transaction, lease, next_offset, now).await?;
        let position = read_position(&mut transaction, lease).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(position.unwrap_or(next_offset))
    }

    /// Moves the position back to `next_offset`, where the log lost its tail and gives the offsets from there on to other
    /// records. The only way back, and an audit event; false if the position stands there or before.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over.
    pub async fn rewind_partition(
        &self,
        lease: &Lease,
        next_offset: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "move a partition's position back";
        let Lease { group, topic, partition, generation } = lease;
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        let before = read_position(&mut transaction, lease).await?;
        let moved =
            sqlx::query_file!("queries/partition_progress/rewind.sql", group, topic, partition, next_offset, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        if moved.rows_affected() == 1 {
            let entity_id = format!("{topic}/{partition}");
            let payload = json!({ "group": group, "generation": generation, "from": before, "to": next_offset });
            let change = Change { action: "partition.rewound", entity: "partition", entity_id, room: None, payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(moved.rows_affected() == 1)
    }

    /// Keeps a record that could not be used; false if it was kept before.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over.
    pub async fn keep_dead_letter(
        &self,
        lease: &Lease,
        letter: &DeadLetter,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "keep a dead letter";
        let Lease { group, topic, partition, .. } = lease;
        let (names, values): (Vec<_>, Vec<_>) =
            letter.headers.iter().map(|(name, value)| (storable(name), value.clone())).unzip();
        let why = storable(&letter.why);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        let kept = sqlx::query_file!(
            "queries/dead_letter/keep.sql",
            group,
            topic,
            partition,
            letter.offset,
            why,
            letter.key,
            &names,
            &values,
            letter.payload,
            now,
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        if kept.rows_affected() == 1 {
            let entity_id = format!("{topic}/{partition}/{}", letter.offset);
            let size_bytes = letter.payload.as_ref().map_or(0, Vec::len);
            let payload = json!({ "group": group, "why": why, "size_bytes": size_bytes });
            let change = Change { action: "dead_letter.kept", entity: "dead_letter", entity_id, room: None, payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(kept.rows_affected() == 1)
    }
}

/// Checks that the lease holds, and keeps it from being claimed until the transaction ends.
pub(crate) async fn hold(transaction: &mut PgConnection, lease: &Lease) -> Result<(), StoreError> {
    let Lease { group, topic, partition, generation } = lease;
    let held = sqlx::query_file_scalar!("queries/partition_lease/hold.sql", group, topic, partition, generation)
        .fetch_optional(transaction)
        .await
        .doing("check a lease")?;
    match held {
        Some(_) => Ok(()),
        None => Err(StoreError::LeaseLost {
            group: group.clone(),
            topic: topic.clone(),
            partition: *partition,
            generation: *generation,
        }),
    }
}

/// Moves the position forwards, or leaves it. The last write of its transaction: other streams of the partition wait
/// for this row.
pub(crate) async fn advance(
    transaction: &mut PgConnection,
    lease: &Lease,
    next_offset: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Lease { group, topic, partition, .. } = lease;
    sqlx::query_file!("queries/partition_progress/advance.sql", group, topic, partition, next_offset, now)
        .execute(transaction)
        .await
        .doing("move a partition's position")?;
    Ok(())
}

async fn read_position(connection: &mut PgConnection, lease: &Lease) -> Result<Option<i64>, StoreError> {
    let Lease { group, topic, partition, .. } = lease;
    sqlx::query_file_scalar!("queries/partition_progress/read.sql", group, topic, partition)
        .fetch_optional(connection)
        .await
        .doing("read a partition's position")
}
