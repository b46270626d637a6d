//! What ends: legal holds, the log of deletions, sweeps by age, and erasure on request.
//!
//! Nothing here deletes by itself: the schema's functions do, as the owner, each one thing, and only in the transaction
//! that logs the deletion with its exact count and its audit event.

mod batch;
mod erase;
mod hold;
mod sweep;

use chrono::{DateTime, Utc};
use domain::RoomId;
use ledger::format_instant;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

pub use erase::{EraseTarget, Erasure, KeptBy, KeptThings};
pub use hold::Hold;
pub use sweep::{SweepDue, SweepRule};

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, Reading, StoreError},
    json,
    provenance::hex,
    rows::storable,
};

domain::closed! {
    /// What kind of thing was erased.
    DeletionClass "class of a deletion" {
        /// Clips, by their objects.
        Clip = "clip",
        /// The key of a room, and with it the sound of all its clips.
        RoomKey = "room_key",
        /// Segments: text, words, speaker.
        Text = "text",
        /// The words of findings.
        Finding = "finding",
        /// Dead letters.
        DeadLetter = "dead_letter",
    }
}

/// An entry of the log of deletions, as the command line prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeletionLine {
    /// Its id; its audit event names it.
    pub deletion: Uuid,
    /// When.
    #[serde(serialize_with = "json::instant")]
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What kind of thing.
    pub class: DeletionClass,
    /// Of which room; null where it is of no single one.
    pub room: Option<String>,
    /// Of the oldest thing.
    #[serde(serialize_with = "json::maybe_instant")]
    pub from: Option<DateTime<Utc>>,
    /// Of the newest thing.
    #[serde(serialize_with = "json::maybe_instant")]
    pub until: Option<DateTime<Utc>>,
    /// How many.
    pub things: i64,
    /// The setting with its value, or the command.
    pub rule: String,
    /// As the person who asked for it said.
    pub why: Option<String>,
}

/// A deletion about to be made.
pub(crate) struct NewDeletion<'a> {
    pub(crate) class: DeletionClass,
    pub(crate) room: Option<&'a RoomId>,
    /// Times of the oldest and the newest thing.
    pub(crate) span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub(crate) things: usize,
    pub(crate) rule: &'a str,
    pub(crate) why: Option<&'a str>,
}

impl Store {
    /// The log of deletions, of a room or of all.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn deletions(&self, room: Option<&RoomId>) -> Result<Vec<DeletionLine>, StoreError> {
        let rows = sqlx::query_file!("queries/retention/deletions.sql", room.map(RoomId::as_str))
            .fetch_all(&self.pool)
            .await
            .doing("read the log of deletions")?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            lines.push(DeletionLine {
                deletion: row.deletion_id,
                at: row.happened_at,
                actor: row.actor,
                class: row.class.parse().reading("class of a deletion")?,
                room: row.room_id,
                from: row.from_at,
                until: row.until_at,
                things: row.things,
                rule: row.rule,
                why: row.why,
            });
        }
        Ok(lines)
    }

    /// Logs a deletion with its audit event; the transaction then makes it, by one of the schema's functions.
    pub(crate) async fn log_deletion(
        &self,
        transaction: &mut PgConnection,
        new: NewDeletion<'_>,
        now: DateTime<Utc>,
    ) -> Result<Uuid, StoreError> {
        let (id, things) = (self.new_id(now), i64::try_from(new.things).reading("number of things")?);
        let why = new.why.map(storable);
        sqlx::query_file!(
            "queries/retention/deletion_add.sql",
            id,
            now,
            self.actor.as_str(),
            new.class.as_str(),
            new.room.map(RoomId::as_str),
            new.span.map(|(from, _)| from),
            new.span.map(|(_, until)| until),
            things,
            new.rule,
            why,
        )
        .execute(&mut *transaction)
        .await
        .doing("log a deletion")?;
        let payload = json!({
            "class": new.class,
            "things": things,
            "from": new.span.map(|(from, _)| format_instant(from)),
            "until": new.span.map(|(_, until)| format_instant(until)),
            "rule": new.rule,
            "why_sha256": why.map(|why| hex(&Sha256::digest(why))),
        });
        let (entity_id, room) = (id.to_string(), new.room);
        let change = Change { action: "deletion.logged", entity: "deletion", entity_id, room, payload };
        self.record(transaction, now, change).await?;
        Ok(id)
    }
}
