//! Evidence: the keys of rooms, which flags wait for a clip, and the clips that were cut.

mod custody;
mod lines;

use chrono::{DateTime, Utc};
use domain::{EpochKey, FlagId, RoomId, StreamRange, StreamTime};
use newtype_uuid::GenericUuid;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

pub use custody::{Custody, CustodyEpoch, CustodyEvent, CustodySegment, CustodyWindow};
pub use lines::{ClipLine, ClipSound, ClipState};

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, Reading, StoreError},
    provenance::hex,
    rows,
};

/// A room's key, wrapped by a master key that the database does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Which key.
    pub id: Uuid,
    /// Which master key wrapped it.
    pub master: String,
    /// 60 bytes.
    pub wrapped: Vec<u8>,
}

/// A flag that waits for a clip of its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueClip {
    /// The flag.
    pub flag: FlagId,
    /// Where it is.
    pub key: EpochKey,
    /// Its range now.
    pub range: StreamRange,
    /// What the clip's version will be, from 1.
    pub version: i32,
    /// When its epoch was opened: its records are not older.
    pub opened_at: DateTime<Utc>,
    /// When the flag was made: the records of its beginning are not younger.
    pub flagged_at: DateTime<Utc>,
    /// Where the epoch ends, once it has.
    pub epoch_end: Option<StreamTime>,
}

/// A clip as it was cut and stored, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct NewClip<'a> {
    /// Its id, which names its object.
    pub clip: Uuid,
    /// For which flag.
    pub due: &'a DueClip,
    /// What cut and sealed it.
    pub tool: &'a str,
    /// What came of it.
    pub outcome: ClipOutcome,
}

/// What came of cutting a clip.
#[derive(Clone, Debug, PartialEq)]
pub enum ClipOutcome {
    /// There is sound, and the object is durable.
    Kept(KeptSound),
    /// There is none.
    Absent(AbsentReason),
}

/// The sound of a clip, where it is from and how to know it again.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptSound {
    /// Flag and margin.
    pub range: StreamRange,
    /// The room's key that sealed it.
    pub key: Uuid,
    /// Length of the object.
    pub object_bytes: u64,
    /// SHA-256 of the object, sealed as it is.
    pub object_sha256: [u8; 32],
    /// SHA-256 of the samples, 16 bits, little endian.
    pub pcm_sha256: [u8; 32],
    /// The topic of its records.
    pub topic: &'static str,
    /// The partition of its records.
    pub partition: i32,
    /// The records: an array of `{offset, sequence, first, samples, crc32c}`.
    pub chunks: Value,
    /// What no record holds: an array of `{first, end, reason}`.
    pub missing: Value,
}

domain::closed! {
    /// Why a flag has no clip.
    AbsentReason "reason for having no clip" {
        /// The log no longer held the sound.
        RetentionExpired = "retention_expired",
        /// It was erased on request before it was cut.
        Erased = "erased",
        /// What the log holds cannot be read.
        Unreadable = "unreadable",
    }
}

impl Store {
    /// The key of a room, where it has one.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn room_key(&self, room: &RoomId) -> Result<Option<StoredKey>, StoreError> {
        let row = sqlx::query_file!("queries/room_key/of_room.sql", room.as_str())
            .fetch_optional(&self.pool)
            .await
            .doing("read the key of a room")?;
        Ok(row.map(|row| StoredKey { id: row.key_id, master: row.master_id, wrapped: row.wrapped }))
    }

    /// Keeps a new key of a room; returns the room's key, which is another one where somebody was faster.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for a room that nobody opened.
    pub async fn add_room_key(
        &self,
        room: &RoomId,
        key: &StoredKey,
        now: DateTime<Utc>,
    ) -> Result<StoredKey, StoreError> {
        const DOING: &str = "keep the key of a room";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let added = sqlx::query_file!("queries/room_key/add.sql", key.id, room.as_str(), key.master, key.wrapped, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if added.rows_affected() == 1 {
            let payload = json!({ "master": key.master });
            let (entity_id, room) = (key.id.to_string(), Some(room));
            let change = Change { action: "room_key.made", entity: "room_key", entity_id, room, payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)?;
        let kept = self.room_key(room).await?;
        kept.ok_or_else(|| StoreError::NotFound { what: "key of room", name: room.to_string(), similar: Vec::new() })
    }

    /// The master key that wrapped the newest key of a room; none while no room has one.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn master_key_needed(&self) -> Result<Option<String>, StoreError> {
        sqlx::query_file_scalar!("queries/room_key/master.sql")
            .fetch_optional(&self.pool)
            .await
            .doing("read which master key is needed")
    }

    /// Flags, suppressed ones aside, that have no clip of their range, changed in `changed` and at least `margin`
    /// samples before the newest sound of their epoch, or in one that ended. In order of their change, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn due_clips(
        &self,
        changed: (DateTime<Utc>, DateTime<Utc>),
        margin: i64,
        limit: i64,
    ) -> Result<Vec<DueClip>, StoreError> {
        let rows = sqlx::query_file!("queries/clip/due.sql", changed.0, changed.1, margin, limit)
            .fetch_all(&self.pool)
            .await
            .doing("look for flags without a clip")?;
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            due.push(DueClip {
                flag: FlagId::from_untyped_uuid(row.flag_id),
                key: rows::key(&row.room_id, &row.stream, row.epoch)?,
                range: rows::range(row.first_sample, row.end_sample)?,
                version: row.versions + 1,
                opened_at: row.opened_at,
                flagged_at: row.made_at,
                epoch_end: row.epoch_end.map(StreamTime::from_samples),
            });
        }
        Ok(due)
    }

    /// Keeps the row of a clip, whose object is durable, with its audit event; false if that version is there already,
    /// and then the new object is nobody's.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for a clip that does not hold its flag.
    pub async fn store_clip(&self, new: &NewClip<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        const DOING: &str = "store a clip";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let added = self.insert_clip(&mut transaction, new, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(added)
    }

    pub(crate) async fn insert_clip(
        &self,
        transaction: &mut PgConnection,
        new: &NewClip<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (kept, absent) = match &new.outcome {
            ClipOutcome::Kept(kept) => (Some(kept), None),
            ClipOutcome::Absent(reason) => (None, Some(reason.as_str())),
        };
        let bytes = kept.map(|kept| i64::try_from(kept.object_bytes)).transpose().reading("length of a clip")?;
        let added = sqlx::query_file!(
            "queries/clip/add.sql",
            new.clip,
            rows::uuid(new.due.flag),
            new.due.version,
            new.due.range.first().samples(),
            new.due.range.end().samples(),
            now,
            new.tool,
            absent,
            kept.map(|kept| kept.range.first().samples()),
            kept.map(|kept| kept.range.end().samples()),
            kept.map(|kept| kept.key),
            bytes,
            kept.map(|kept| kept.object_sha256.as_slice()),
            kept.map(|kept| kept.pcm_sha256.as_slice()),
            kept.map(|kept| kept.topic),
            kept.map(|kept| kept.partition),
            kept.map(|kept| &kept.chunks),
            kept.map(|kept| &kept.missing),
        )
        .execute(&mut *transaction)
        .await
        .doing("store a clip")?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        let payload = json!({
            "flag": new.due.flag,
            "version": new.due.version,
            "flag_first": new.due.range.first(),
            "flag_end": new.due.range.end(),
            "tool": new.tool,
            "absent": absent,
            "first": kept.map(|kept| kept.range.first()),
            "end": kept.map(|kept| kept.range.end()),
            "key": kept.map(|kept| kept.key),
            "bytes": bytes,
            "object_sha256": kept.map(|kept| hex(&kept.object_sha256)),
            "pcm_sha256": kept.map(|kept| hex(&kept.pcm_sha256)),
            "topic": kept.map(|kept| kept.topic),
            "partition": kept.map(|kept| kept.partition),
            "chunks": kept.map(|kept| &kept.chunks),
            "missing": kept.map(|kept| &kept.missing),
        });
        let action = if kept.is_some() { "clip.made" } else { "clip.absent" };
        let (entity_id, room) = (new.clip.to_string(), Some(&new.due.key.room));
        self.record(transaction, now, Change { action, entity: "clip", entity_id, room, payload }).await?;
        Ok(true)
    }

    /// Records that a clip was handed out, before it is.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn clip_exported(
        &self,
        room: &RoomId,
        clip: &ClipLine,
        file_sha256: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const DOING: &str = "record an export";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let payload = json!({ "flag": clip.flag, "version": clip.version, "file_sha256": hex(file_sha256) });
        let (entity_id, room) = (clip.clip.to_string(), Some(room));
        let change = Change { action: "clip.exported", entity: "clip", entity_id, room, payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)
    }

    /// Which of those clips have sound that is kept; the objects of the others are nobody's.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn live_clips(&self, clips: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        sqlx::query_file_scalar!("queries/clip/live.sql", clips)
            .fetch_all(&self.pool)
            .await
            .doing("look which clips are kept")
    }

    /// A new id for a clip.
    pub fn new_clip_id(&self, now: DateTime<Utc>) -> Uuid {
        self.new_id(now)
    }
}

impl DueClip {
    /// The range of its clip: the flag's with `margin` samples on both sides, inside the epoch.
    pub fn clip_range(&self, margin: i64) -> StreamRange {
        let (first, end) = (self.range.first().samples(), self.range.end().samples());
        let limit = self.epoch_end.map_or(i64::MAX, StreamTime::samples);
        StreamRange::from_samples((first - margin).max(0), (end + margin).min(limit).max(end)).unwrap_or(self.range)
    }
}
