//! A room's whole record in one snapshot, as it stands or as it stood: what a dossier is made from.
//!
//! What stood at a moment is what was written by then: by its row's own time, or by its event's, where the row knows only
//! when the sound was. A room's title, its hosts and its schedule have no history: they are told as they stand.

use chrono::{DateTime, Utc};
use domain::RoomId;
use ledger::{AuditEvent, SALT_BYTES};
use serde_json::json;
use sqlx::{Postgres, Transaction};

use super::{coverage::Coverage, room::read_attempts};
use crate::{
    audit::Change,
    closed::EpochEnd,
    connect::Store,
    error::{Doing, Reading, StoreError},
    provenance::LoadedModel,
    room::{AccessAttempt, ListenerStep},
    rows,
};

mod flagged;
mod heard;

pub use flagged::{FindingRecord, FlagRecord};
pub use heard::{ScreenedRecord, SegmentRecord, WindowRecord};

const DOING: &str = "read the record of a room";

/// Everything about one room, read in one snapshot.
pub struct RoomRecord {
    store: Store,
    snapshot: Transaction<'static, Postgres>,
    room: RoomId,
    as_of: Option<DateTime<Utc>>,
}

/// A room as it described itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomAbout {
    /// Its title.
    pub title: Option<String>,
    /// Who hosts it.
    pub hosts: Vec<String>,
    /// The language expected.
    pub language: Option<String>,
    /// When it was announced to start.
    pub scheduled: Option<DateTime<Utc>>,
    /// When we first heard of it.
    pub begun: DateTime<Utc>,
}

/// What is known of an epoch beside its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochAbout {
    /// The stream's name.
    pub stream: String,
    /// The epoch's number.
    pub epoch: u32,
    /// Wall time of its first sample.
    pub began: DateTime<Utc>,
    /// Where the sound came from.
    pub source: String,
    /// The language expected.
    pub language: String,
    /// When and how it was closed; none while it is open.
    pub closed: Option<(DateTime<Utc>, EpochEnd)>,
}

/// Settings that made something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRecord {
    /// SHA-256 of the text.
    pub sha256: String,
    /// Canonical JSON.
    pub body: String,
}

impl Store {
    /// Opens the record of a room, as it stands or as it stood at `as_of`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn room_record(&self, room: &RoomId, as_of: Option<DateTime<Utc>>) -> Result<RoomRecord, StoreError> {
        let mut snapshot = self.snapshot(DOING).await?;
        self.require_room(&mut snapshot, room).await?;
        Ok(RoomRecord { store: self.clone(), snapshot, room: room.clone(), as_of })
    }

    /// Records that a dossier of a room was made, before it is handed out: `facts` say which bytes.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn dossier_exported(
        &self,
        room: &RoomId,
        facts: serde_json::Value,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const DOING: &str = "record that a dossier was made";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let (action, entity_id) = ("dossier.exported", room.to_string());
        let change = Change { action, entity: "room", entity_id, room: Some(room), payload: json!(facts) };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)
    }
}

impl RoomRecord {
    /// The room as it described itself.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn about(&mut self) -> Result<RoomAbout, StoreError> {
        let id = self.room.as_str();
        let row =
            sqlx::query!("select title, hosts, language, scheduled_at, begun_at from room where room_id = $1", id)
                .fetch_one(&mut *self.snapshot)
                .await
                .doing(DOING)?;
        let (scheduled, begun) = (row.scheduled_at, row.begun_at);
        Ok(RoomAbout { title: row.title, hosts: row.hosts, language: row.language, scheduled, begun })
    }

    /// The account of every second.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn coverage(&mut self) -> Result<Coverage, StoreError> {
        self.store.read_coverage(&mut self.snapshot, &self.room, self.as_of).await
    }

    /// What is known of its epochs beside their account.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn epochs(&mut self) -> Result<Vec<EpochAbout>, StoreError> {
        let rows = sqlx::query_file!("queries/epoch/about.sql", self.room.as_str(), self.as_of)
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?;
        let mut epochs = Vec::with_capacity(rows.len());
        for row in rows {
            let how = row.closed_how.map(|how| how.parse()).transpose().reading("end of an epoch")?;
            epochs.push(EpochAbout {
                stream: row.stream,
                epoch: rows::epoch(row.epoch)?.number(),
                began: row.began_at,
                source: row.source,
                language: row.language,
                closed: row.ended_at.zip(how),
            });
        }
        Ok(epochs)
    }

    /// Listeners over time, up to now: the rows do not tell when they were written, the events do.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn listeners(&mut self) -> Result<Vec<ListenerStep>, StoreError> {
        sqlx::query_file_as!(ListenerStep, "queries/listener_count/of_room.sql", self.room.as_str())
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)
    }

    /// Attempts to reach its sources, in order of time.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn attempts(&mut self) -> Result<Vec<AccessAttempt>, StoreError> {
        read_attempts(&mut self.snapshot, &self.room, self.as_of).await
    }

    /// Every model that made something in it, up to now, by hash.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn models(&mut self) -> Result<Vec<LoadedModel>, StoreError> {
        let rows = sqlx::query_file!("queries/model/of_room.sql", self.room.as_str())
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?;
        let mut models = Vec::with_capacity(rows.len());
        for row in rows {
            let kind = row.kind.parse().reading("kind of model")?;
            models.push(LoadedModel { sha256: row.model_sha256, name: row.name, library: row.library, kind });
        }
        Ok(models)
    }

    /// Every set of settings that made something in it, up to now, by hash.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn settings(&mut self) -> Result<Vec<SettingRecord>, StoreError> {
        let rows = sqlx::query_file!("queries/setting/of_room.sql", self.room.as_str())
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?;
        Ok(rows.into_iter().map(|row| SettingRecord { sha256: row.setting_sha256, body: row.body }).collect())
    }

    /// How many of its events have no place in the log yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn events_waiting(&mut self) -> Result<i64, StoreError> {
        sqlx::query_file_scalar!("queries/audit_event/waiting_of_room.sql", self.room.as_str(), self.as_of)
            .fetch_one(&mut *self.snapshot)
            .await
            .doing(DOING)
    }

    /// The next `limit` of its events after the place `after`, in the order of the log; those that tell of a dossier
    /// are left out. No more follow an empty page.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn events(&mut self, after: Option<u64>, limit: i64) -> Result<Vec<(u64, AuditEvent)>, StoreError> {
        let after = after.map_or(-1, u64::cast_signed);
        let rows = sqlx::query_file!("queries/audit_event/of_room.sql", self.room.as_str(), after, self.as_of, limit)
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?;
        let mut events = Vec::with_capacity(rows.len());
        for row in rows {
            let salt: [u8; SALT_BYTES] = row.salt.as_slice().try_into().reading("audit event's salt")?;
            let event = AuditEvent {
                audit_event_id: row.audit_event_id,
                happened_at: row.happened_at,
                actor: row.actor,
                action: row.action,
                entity: row.entity,
                entity_id: row.entity_id,
                room_id: row.room_id,
                payload: row.payload,
                salt,
            };
            events.push((row.seq.cast_unsigned(), event));
        }
        Ok(events)
    }
}
