//! `earwitness evidence list`: the clips of a room, and what became of each.

use chrono::{DateTime, Utc};
use domain::{FlagId, RoomId};
use newtype_uuid::GenericUuid;
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use super::AbsentReason;
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    json,
    provenance::hex,
    rows,
};

domain::closed! {
    /// What became of a clip.
    ClipState "state of a clip" {
        /// Its sound is kept.
        Kept = "kept",
        /// There never was any: see the reason.
        Absent = "absent",
        /// The clip was erased.
        Erased = "erased",
        /// The key of its room was erased, and its sound with it.
        KeyErased = "key_erased",
    }
}

/// A clip as the command line prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClipLine {
    /// Its flag.
    pub flag: Uuid,
    /// 1 for the flag's first clip; a flag that grew has more.
    pub version: i32,
    /// Its id, which names its object.
    pub clip: Uuid,
    /// The room.
    pub room: String,
    /// The stream's name.
    pub stream: String,
    /// The epoch's number.
    pub epoch: u32,
    /// The first sample of the flag when it was cut.
    pub flag_first: i64,
    /// The sample after the flag's last.
    pub flag_end: i64,
    /// When it was cut.
    #[serde(serialize_with = "json::instant")]
    pub made: DateTime<Utc>,
    /// What became of it.
    pub state: ClipState,
    /// Why there is no sound, where there never was any.
    pub absent: Option<AbsentReason>,
    /// When it was erased.
    #[serde(serialize_with = "json::maybe_instant")]
    pub ended: Option<DateTime<Utc>>,
    /// What cut and sealed it.
    pub tool: String,
    /// Where its sound is from and how to know it again; none where there is no sound.
    #[serde(flatten)]
    pub sound: Option<ClipSound>,
}

/// The sound of a clip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClipSound {
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Which key of the room sealed it.
    pub key: Uuid,
    /// Length of the object.
    pub object_bytes: i64,
    /// SHA-256 of the object, sealed as it is.
    #[serde(serialize_with = "as_hex")]
    pub object_sha256: [u8; 32],
    /// SHA-256 of the samples, 16 bits, little endian: of a WAV without its 44 bytes of header.
    #[serde(serialize_with = "as_hex")]
    pub pcm_sha256: [u8; 32],
    /// The topic of its records.
    pub topic: String,
    /// Their partition.
    pub partition: i32,
    /// Each: `{offset, sequence, first, samples, crc32c}`.
    pub chunks: Value,
    /// What no record holds, zero in the sound: each `{first, end, reason}`.
    pub missing: Value,
}

fn as_hex<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(hash))
}

impl Store {
    /// The next `limit` clips after `after`, by flag and version: of a room, or of all. No more follow an empty page.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn clips(
        &self,
        room: Option<&RoomId>,
        after: Option<&ClipLine>,
        limit: i64,
    ) -> Result<Vec<ClipLine>, StoreError> {
        if let Some(room) = room {
            let mut connection = self.pool.acquire().await.doing(DOING)?;
            self.require_room(&mut connection, room).await?;
        }
        self.read_clips(room.map(RoomId::as_str), None, after, limit).await
    }

    /// All clips of a flag, the newest last; none for a flag that has none yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a flag that is not there.
    pub async fn clips_of_flag(&self, flag: FlagId) -> Result<Vec<ClipLine>, StoreError> {
        let flag = flag.into_untyped_uuid();
        let there = sqlx::query_scalar!("select exists (select from flag where flag_id = $1) as \"there!\"", flag)
            .fetch_one(&self.pool)
            .await
            .doing(DOING)?;
        if !there {
            return Err(StoreError::NotFound { what: "flag", name: flag.to_string(), similar: Vec::new() });
        }
        self.read_clips(None, Some(flag), None, i64::MAX).await
    }

    /// What the audit event of the making of a clip says.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn clip_event(&self, clip: Uuid) -> Result<Option<Value>, StoreError> {
        sqlx::query_file_scalar!("queries/clip/event.sql", clip.to_string())
            .fetch_optional(&self.pool)
            .await
            .doing(DOING)
    }

    async fn read_clips(
        &self,
        room: Option<&str>,
        flag: Option<Uuid>,
        after: Option<&ClipLine>,
        limit: i64,
    ) -> Result<Vec<ClipLine>, StoreError> {
        let (after_flag, after_version) = (after.map(|line| line.flag), after.map(|line| line.version));
        let rows = sqlx::query_file!("queries/clip/page.sql", room, flag, after_flag, after_version, limit)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let state = match (&row.absent, row.ended_at, row.has_key) {
                (Some(_), ..) => ClipState::Absent,
                (None, Some(_), _) => ClipState::Erased,
                (None, None, false) => ClipState::KeyErased,
                (None, None, true) => ClipState::Kept,
            };
            let sound = (|| {
                Some(ClipSound {
                    first: row.first_sample?,
                    end: row.end_sample?,
                    key: row.key_id?,
                    object_bytes: row.object_bytes?,
                    object_sha256: row.object_sha256?.try_into().ok()?,
                    pcm_sha256: row.pcm_sha256?.try_into().ok()?,
                    topic: row.topic?,
                    partition: row.partition?,
                    chunks: row.chunks?,
                    missing: row.missing?,
                })
            })();
            lines.push(ClipLine {
                flag: row.flag_id,
                version: row.version,
                clip: row.clip_id,
                room: row.room_id,
                stream: row.stream,
                epoch: rows::epoch(row.epoch)?.number(),
                flag_first: row.flag_first,
                flag_end: row.flag_end,
                made: row.made_at,
                state,
                absent: row.absent.map(|reason| reason.parse()).transpose().reading("reason for having no clip")?,
                ended: row.ended_at,
                tool: row.tool,
                sound,
            });
        }
        Ok(lines)
    }
}

const DOING: &str = "read clips";
