//! The chain of custody of a flag's evidence: from the source to the clip, as one JSON document.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{FlagId, Hearing, RoomId};
use newtype_uuid::GenericUuid;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::ClipLine;
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    json,
    provenance::hex,
    read::{FlagLine, WordLine, read_words},
    rows,
};

/// Everything that is known of the evidence of a flag.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Custody {
    /// The room.
    pub room: String,
    /// The flag as it stands.
    pub flag: FlagLine,
    /// The connection that it is from.
    pub epoch: CustodyEpoch,
    /// Its clips, the newest last, each with the records of the log that it was taken from.
    pub clips: Vec<ClipLine>,
    /// What was heard in the range of the newest clip, or of the flag: with times, probabilities, and what heard it.
    pub windows: Vec<CustodyWindow>,
    /// What was done with flag and clips, as the audit log has it.
    pub events: Vec<CustodyEvent>,
}

/// One unbroken connection of a stream.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustodyEpoch {
    /// The stream's name.
    pub stream: String,
    /// Its number.
    pub epoch: u32,
    /// Wall time of its first sample.
    #[serde(serialize_with = "json::instant")]
    pub began: DateTime<Utc>,
    /// When it was recorded.
    #[serde(serialize_with = "json::instant")]
    pub opened: DateTime<Utc>,
    /// Where the sound came from, as ingest was told.
    pub source: String,
    /// The language expected.
    pub language: String,
    /// Its length as its closer knew it.
    pub samples: Option<i64>,
    /// How it came to its end; null while it is open.
    pub closed_how: Option<String>,
}

/// A window with what made it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustodyWindow {
    /// Its id.
    pub window: Uuid,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Wall time of its first sample.
    #[serde(serialize_with = "json::instant")]
    pub wall: DateTime<Utc>,
    /// When its text was stored.
    #[serde(serialize_with = "json::instant")]
    pub stored: DateTime<Utc>,
    /// The language that it was heard in.
    pub language: String,
    /// The model's name; null where nothing was decoded.
    pub model: Option<String>,
    /// SHA-256 of the model's file.
    pub model_sha256: Option<String>,
    /// The recogniser's library and version.
    pub library: Option<String>,
    /// SHA-256 of the settings.
    pub settings_sha256: Option<String>,
    /// Everything that decided the result beside sound, model and library.
    pub settings: Option<Value>,
    /// The guards that fired.
    pub guards: Vec<String>,
    /// Calls of the recogniser that it took.
    pub attempts: i32,
    /// What was said, as heard.
    pub segments: Vec<CustodySegment>,
}

/// A segment of such a window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustodySegment {
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Who speaks, where the source says so.
    pub speaker: Option<String>,
    /// What was said.
    pub text: String,
    /// How far it can be relied on.
    pub hearing: Hearing,
    /// Whether text and speaker were erased.
    pub erased: bool,
    /// In order of time.
    pub words: Vec<WordLine>,
}

/// An audit event on the flag or one of its clips.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustodyEvent {
    /// Its id: `earwitness audit prove` makes its proof.
    pub event: Uuid,
    /// Its place in the log, once it has one.
    pub seq: Option<i64>,
    /// When.
    #[serde(serialize_with = "json::instant")]
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// Its leaf's hash.
    pub leaf_sha256: String,
}

const DOING: &str = "read the custody of a flag";

impl Store {
    /// The chain of custody of a flag.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a flag that is not there.
    pub async fn custody(&self, flag: FlagId) -> Result<Custody, StoreError> {
        let clips = self.clips_of_flag(flag).await?;
        let flag = flag.into_untyped_uuid();
        let mut snapshot = self.snapshot(DOING).await?;
        let place = sqlx::query!("select room_id, stream_id, epoch from flag where flag_id = $1", flag)
            .fetch_one(&mut *snapshot)
            .await
            .doing(DOING)?;
        let room: RoomId = rows::room(&place.room_id)?;
        let lines = self.read_flags(&mut snapshot, &room, true).await?;
        let line = lines.into_iter().find(|line| line.flag == flag).ok_or_else(|| StoreError::NotFound {
            what: "flag",
            name: flag.to_string(),
            similar: Vec::new(),
        })?;
        let sound = clips.last().and_then(|clip| clip.sound.as_ref());
        let (first, end) = sound.map_or((line.first, line.end), |sound| (sound.first, sound.end));
        let epoch = sqlx::query_file!("queries/clip/epoch.sql", place.stream_id, place.epoch)
            .fetch_one(&mut *snapshot)
            .await
            .doing(DOING)?;
        let windows = read_windows(&mut snapshot, (place.stream_id, place.epoch), (first, end)).await?;
        let events = read_events(&mut snapshot, flag, &clips).await?;
        Ok(Custody {
            room: place.room_id,
            epoch: CustodyEpoch {
                stream: line.stream.clone(),
                epoch: line.epoch,
                began: epoch.began_at,
                opened: epoch.opened_at,
                source: epoch.source,
                language: epoch.language,
                samples: epoch.samples,
                closed_how: epoch.closed_how,
            },
            flag: line,
            clips,
            windows,
            events,
        })
    }
}

async fn read_windows(
    snapshot: &mut PgConnection,
    (stream, epoch): (Uuid, i64),
    (first, end): (i64, i64),
) -> Result<Vec<CustodyWindow>, StoreError> {
    let rows = sqlx::query_file!("queries/clip/windows.sql", stream, epoch, first, end)
        .fetch_all(&mut *snapshot)
        .await
        .doing(DOING)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.window_id).collect();
    let mut words = read_words(snapshot, &ids).await?;
    let mut segments: HashMap<Uuid, Vec<CustodySegment>> = HashMap::new();
    for row in sqlx::query_file!("queries/clip/segments.sql", &ids).fetch_all(snapshot).await.doing(DOING)? {
        segments.entry(row.window_id).or_default().push(CustodySegment {
            first: row.first_sample,
            end: row.end_sample,
            speaker: row.speaker,
            text: row.text,
            hearing: row.hearing.parse().reading("hearing")?,
            erased: row.erased,
            words: words.remove(&(row.window_id, row.ordinal)).unwrap_or_default(),
        });
    }
    let mut windows = Vec::with_capacity(rows.len());
    for row in rows {
        windows.push(CustodyWindow {
            window: row.window_id,
            first: row.first_sample,
            end: row.end_sample,
            wall: row.began_at,
            stored: row.stored_at,
            language: row.language,
            model: row.model,
            model_sha256: row.model_sha256,
            library: row.library,
            settings_sha256: row.setting_sha256,
            settings: row.settings.map(|body| serde_json::from_str(&body)).transpose().reading("settings")?,
            guards: row.guards,
            attempts: row.attempts,
            segments: segments.remove(&row.window_id).unwrap_or_default(),
        });
    }
    Ok(windows)
}

async fn read_events(
    snapshot: &mut PgConnection,
    flag: Uuid,
    clips: &[ClipLine],
) -> Result<Vec<CustodyEvent>, StoreError> {
    let clips: Vec<String> = clips.iter().map(|clip| clip.clip.to_string()).collect();
    let rows = sqlx::query_file!("queries/clip/events.sql", flag.to_string(), &clips)
        .fetch_all(snapshot)
        .await
        .doing(DOING)?;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        events.push(CustodyEvent {
            event: row.audit_event_id,
            seq: row.seq,
            at: row.happened_at,
            actor: row.actor,
            action: row.action,
            leaf_sha256: hex(&row.leaf_hash),
        });
    }
    Ok(events)
}
