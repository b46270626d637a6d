//! Windows of a room with all that was heard in them, page by page.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Hearing;
use uuid::Uuid;

use super::{DOING, RoomRecord};
use crate::{
    error::{Doing, Reading, StoreError},
    read::WordLine,
    rows,
};

/// A window with all that was heard in it.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowRecord {
    /// The stream's name.
    pub stream: String,
    /// The epoch's number.
    pub epoch: u32,
    /// Its id.
    pub window: Uuid,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Wall time of its first sample.
    pub began: DateTime<Utc>,
    /// Wall time of the sample after its last.
    pub ended: DateTime<Utc>,
    /// When it was stored.
    pub stored: DateTime<Utc>,
    /// The language that was pinned.
    pub language: String,
    /// SHA-256 of the model file.
    pub model: Option<String>,
    /// The recogniser library and its version.
    pub library: Option<String>,
    /// SHA-256 of the settings.
    pub setting: Option<String>,
    /// Guards that fired.
    pub guards: Vec<String>,
    /// Calls of the recogniser.
    pub attempts: u32,
    /// Whether the next window follows without a pause.
    pub seam: bool,
    /// What screened it.
    pub screened: Option<ScreenedRecord>,
    /// In order of time.
    pub segments: Vec<SegmentRecord>,
    /// The stream's id: where the next page begins.
    place: Uuid,
}

/// What screened a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenedRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// SHA-256 of the rule pack.
    pub pack: Option<String>,
    /// SHA-256 of the classifier.
    pub model: Option<String>,
}

/// A segment with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentRecord {
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Who speaks.
    pub speaker: Option<String>,
    /// What was said.
    pub text: String,
    /// How far it can be relied on.
    pub hearing: Hearing,
    /// The deletion that took its text.
    pub erased: Option<Uuid>,
    /// In order of time.
    pub words: Vec<WordLine>,
}

impl RoomRecord {
    /// The next `limit` windows after `after`, by stream, epoch and time, with their segments and words. No more follow
    /// an empty page.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn windows(&mut self, after: Option<&WindowRecord>, limit: i64) -> Result<Vec<WindowRecord>, StoreError> {
        let rows = sqlx::query_file!(
            "queries/window/page.sql",
            self.room.as_str(),
            self.as_of,
            after.map(|window| window.place),
            after.map(|window| i64::from(window.epoch)),
            after.map(|window| window.first),
            limit,
        )
        .fetch_all(&mut *self.snapshot)
        .await
        .doing(DOING)?;
        let ids: Vec<_> = rows.iter().map(|row| row.window_id).collect();
        let mut segments = self.segments(&ids).await?;
        let mut windows = Vec::with_capacity(rows.len());
        for row in rows {
            let (pack, model) = (row.pack_hash, row.classifier_sha256);
            windows.push(WindowRecord {
                stream: row.stream,
                epoch: rows::epoch(row.epoch)?.number(),
                window: row.window_id,
                first: row.first_sample,
                end: row.end_sample,
                began: row.began_at,
                ended: row.ended_at,
                stored: row.stored_at,
                language: row.language,
                model: row.model_sha256,
                library: row.library,
                setting: row.setting_sha256,
                guards: row.guards,
                attempts: u32::try_from(row.attempts).reading("attempts of a window")?,
                seam: row.seam,
                screened: row.screened_at.map(|at| ScreenedRecord { at, pack, model }),
                segments: segments.remove(&row.window_id).unwrap_or_default(),
                place: row.stream_id,
            });
        }
        Ok(windows)
    }

    /// The segments of each of those windows, in order, with their words.
    async fn segments(&mut self, windows: &[Uuid]) -> Result<HashMap<Uuid, Vec<SegmentRecord>>, StoreError> {
        let mut segments: HashMap<Uuid, Vec<SegmentRecord>> = HashMap::new();
        for row in sqlx::query_file!("queries/segment/of_windows.sql", windows)
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?
        {
            segments.entry(row.window_id).or_default().push(SegmentRecord {
                first: row.first_sample,
                end: row.end_sample,
                speaker: row.speaker,
                text: row.text,
                hearing: row.hearing.parse().reading("hearing")?,
                erased: row.erased_by,
                words: Vec::new(),
            });
        }
        for row in sqlx::query_file!("queries/word/of_windows.sql", windows)
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?
        {
            let ordinal = usize::try_from(row.segment_ordinal).reading("ordinal of a segment")?;
            let segment = segments.get_mut(&row.window_id).and_then(|segments| segments.get_mut(ordinal));
            if let Some(segment) = segment {
                segment.words.push(WordLine {
                    word: row.text,
                    first: row.first_sample,
                    end: row.end_sample,
                    p: row.p,
                    verified: row.verified,
                });
            }
        }
        Ok(segments)
    }
}
