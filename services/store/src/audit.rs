//! Appending to the audit log, in the transaction of the change.

use chrono::{DateTime, Utc};
use domain::RoomId;
use ledger::{AuditEvent, LeafHash, SALT_BYTES, truncate_instant};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Doing, StoreError},
};

/// What changed.
pub(crate) struct Change<'a> {
    /// `entity.verb`.
    pub(crate) action: &'static str,
    pub(crate) entity: &'static str,
    pub(crate) entity_id: String,
    pub(crate) room: Option<&'a RoomId>,
    /// Ids, ranges, states, hashes and counts; never what was said. A member that is null is left out.
    pub(crate) payload: Value,
}

/// Random bytes that keep an erased event from being guessed.
pub(crate) type Salt = [u8; SALT_BYTES];

pub(crate) fn new_salt() -> Result<Salt, StoreError> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|source| StoreError::Random { source })?;
    Ok(salt)
}

impl Store {
    /// Appends one event under a salt of its own.
    pub(crate) async fn record(
        &self,
        transaction: &mut PgConnection,
        now: DateTime<Utc>,
        change: Change<'_>,
    ) -> Result<(), StoreError> {
        self.record_salted(transaction, now, new_salt()?, change).await
    }

    /// Appends one event under a salt that its payload has used.
    pub(crate) async fn record_salted(
        &self,
        transaction: &mut PgConnection,
        now: DateTime<Utc>,
        salt: Salt,
        change: Change<'_>,
    ) -> Result<(), StoreError> {
        self.record_leaf(transaction, now, salt, change).await.map(|_| ())
    }

    /// Appends one event and gives its id and hash, for who makes it a leaf in the same transaction.
    pub(crate) async fn record_leaf(
        &self,
        transaction: &mut PgConnection,
        now: DateTime<Utc>,
        salt: Salt,
        mut change: Change<'_>,
    ) -> Result<(Uuid, LeafHash), StoreError> {
        if let Some(members) = change.payload.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        let event = AuditEvent {
            audit_event_id: self.new_id(now),
            happened_at: truncate_instant(now),
            actor: self.actor.as_str().to_owned(),
            action: change.action.to_owned(),
            entity: change.entity.to_owned(),
            entity_id: change.entity_id,
            room_id: change.room.map(ToString::to_string),
            payload: change.payload,
            salt,
        };
        let leaf_hash = event.leaf_hash().map_err(|source| StoreError::Audit { source })?;
        sqlx::query_file!(
            "queries/audit_event/append.sql",
            event.audit_event_id,
            event.happened_at,
            event.actor,
            event.action,
            event.entity,
            event.entity_id,
            event.room_id,
            event.payload,
            event.salt.as_slice(),
            leaf_hash.as_slice(),
        )
        .execute(transaction)
        .await
        .doing("append to the audit log")?;
        Ok((event.audit_event_id, leaf_hash))
    }
}
