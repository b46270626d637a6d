//! What others said of the log's heads: witnesses' cosignatures and time stamps.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::signed;
use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, StoreError},
};

/// A witness's signature over a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCosignature {
    /// The checkpoint's size.
    pub size: u64,
    /// The witness's public key.
    pub vkey: String,
    /// The signature line, with its newline.
    pub line: String,
    /// When the witness signed, by its own clock.
    pub signed_at: DateTime<Utc>,
}

/// A time stamp over a checkpoint's note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditStamp {
    /// The checkpoint's size.
    pub size: u64,
    /// Where it was asked for.
    pub authority: String,
    /// The RFC 3161 token in DER.
    pub token: Vec<u8>,
    /// When, by the authority's clock.
    pub stamped_at: DateTime<Utc>,
}

impl Store {
    /// Keeps a cosignature; one that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] without a checkpoint of that size.
    pub async fn add_audit_cosignature(&self, added: &AuditCosignature, now: DateTime<Utc>) -> Result<(), StoreError> {
        const DOING: &str = "keep a cosignature of the audit log";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let AuditCosignature { size, vkey, line, signed_at } = added;
        let done = sqlx::query_file!("queries/audit_cosignature/add.sql", signed(*size), vkey, line, signed_at, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if done.rows_affected() == 1 {
            let payload = json!({ "size": size, "vkey": vkey });
            let entity_id = size.to_string();
            let change =
                Change { action: "checkpoint.cosigned", entity: "audit_checkpoint", entity_id, room: None, payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)
    }

    /// Keeps a time stamp; one that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] without a checkpoint of that size.
    pub async fn add_audit_stamp(&self, added: &AuditStamp, now: DateTime<Utc>) -> Result<(), StoreError> {
        const DOING: &str = "keep a time stamp of the audit log";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let AuditStamp { size, authority, token, stamped_at } = added;
        let done = sqlx::query_file!("queries/audit_stamp/add.sql", signed(*size), authority, token, stamped_at, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if done.rows_affected() == 1 {
            let payload = json!({ "size": size, "authority": authority });
            let entity_id = size.to_string();
            let change =
                Change { action: "checkpoint.stamped", entity: "audit_checkpoint", entity_id, room: None, payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)
    }

    /// At most `limit` cosignatures of checkpoints of sizes `first` to `last`, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_cosignatures(
        &self,
        first: u64,
        last: u64,
        limit: u32,
    ) -> Result<Vec<AuditCosignature>, StoreError> {
        let rows =
            sqlx::query_file!("queries/audit_cosignature/page.sql", signed(first), signed(last), i64::from(limit))
                .fetch_all(&self.pool)
                .await
                .doing("read the audit log's cosignatures")?;
        let read = rows.into_iter().map(|row| AuditCosignature {
            size: row.size.cast_unsigned(),
            vkey: row.vkey,
            line: row.line,
            signed_at: row.signed_at,
        });
        Ok(read.collect())
    }

    /// At most `limit` time stamps of checkpoints of sizes `first` to `last`, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_stamps(&self, first: u64, last: u64, limit: u32) -> Result<Vec<AuditStamp>, StoreError> {
        let rows = sqlx::query_file!("queries/audit_stamp/page.sql", signed(first), signed(last), i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("read the audit log's time stamps")?;
        let read = rows.into_iter().map(|row| AuditStamp {
            size: row.size.cast_unsigned(),
            authority: row.authority,
            token: row.token,
            stamped_at: row.stamped_at,
        });
        Ok(read.collect())
    }

    /// The largest size that a witness has signed for us, or any; 0 if none.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_cosigned_up_to(&self, vkey: Option<&str>) -> Result<u64, StoreError> {
        let row = sqlx::query_file!("queries/audit_cosignature/last.sql", vkey)
            .fetch_one(&self.pool)
            .await
            .doing("look for a witness's last cosignature")?;
        Ok(row.size.unwrap_or(0).cast_unsigned())
    }

    /// The largest size that an authority has stamped for us, or any; 0 if none.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn audit_stamped_up_to(&self, authority: Option<&str>) -> Result<u64, StoreError> {
        let row = sqlx::query_file!("queries/audit_stamp/last.sql", authority)
            .fetch_one(&self.pool)
            .await
            .doing("look for an authority's last time stamp")?;
        Ok(row.size.unwrap_or(0).cast_unsigned())
    }
}
