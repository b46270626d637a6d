//! `earwitness transcript`: what was said, segment by segment.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Hearing, RoomId};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    rows,
};

/// A segment as the command line prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TranscriptLine {
    /// The stream's name.
    pub stream: String,
    /// The epoch's number.
    pub epoch: u32,
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
    /// In order of time.
    pub words: Vec<WordLine>,
    /// The name of the model that heard it.
    pub model: Option<String>,
    /// The window that holds it.
    pub window: Uuid,
    /// Wall time of its first sample; not printed.
    #[serde(skip)]
    pub wall: DateTime<Utc>,
    /// Its place: the window's first sample, and its number in the window.
    #[serde(skip)]
    place: (i64, i32),
}

/// A word as the command line prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordLine {
    /// As heard.
    pub word: String,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Mean probability of its tokens.
    pub p: f32,
    /// Whether a second hearing reports it too; null while heard once.
    pub verified: Option<bool>,
}

const DOING: &str = "read the transcript of a room";

impl Store {
    /// The next `limit` segments of a room after `after`, by stream, epoch and time. No more follow an empty page.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn transcript(
        &self,
        room: &RoomId,
        after: Option<&TranscriptLine>,
        limit: i64,
    ) -> Result<Vec<TranscriptLine>, StoreError> {
        let mut snapshot = self.snapshot(DOING).await?;
        self.require_room(&mut snapshot, room).await?;
        let rows = sqlx::query_file!(
            "queries/segment/page.sql",
            room.as_str(),
            after.map(|line| line.stream.as_str()),
            after.map(|line| i64::from(line.epoch)),
            after.map(|line| line.place.0),
            after.map(|line| line.place.1),
            limit,
        )
        .fetch_all(&mut *snapshot)
        .await
        .doing(DOING)?;
        let windows: Vec<_> = rows.iter().map(|row| row.window_id).collect();
        let mut words = read_words(&mut snapshot, &windows).await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            lines.push(TranscriptLine {
                stream: row.stream,
                epoch: rows::epoch(row.epoch)?.number(),
                first: row.first_sample,
                end: row.end_sample,
                speaker: row.speaker,
                text: row.text,
                hearing: row.hearing.parse().reading("hearing")?,
                words: words.remove(&(row.window_id, row.ordinal)).unwrap_or_default(),
                model: row.model,
                window: row.window_id,
                wall: rows::wall(row.began_at, row.first_sample - row.window_first),
                place: (row.window_first, row.ordinal),
            });
        }
        Ok(lines)
    }
}

/// The words of each segment of those windows.
pub(crate) async fn read_words(
    snapshot: &mut PgConnection,
    windows: &[Uuid],
) -> Result<HashMap<(Uuid, i32), Vec<WordLine>>, StoreError> {
    let mut words: HashMap<(Uuid, i32), Vec<WordLine>> = HashMap::new();
    for row in sqlx::query_file!("queries/word/of_windows.sql", windows).fetch_all(snapshot).await.doing(DOING)? {
        words.entry((row.window_id, row.segment_ordinal)).or_default().push(WordLine {
            word: row.text,
            first: row.first_sample,
            end: row.end_sample,
            p: row.p,
            verified: row.verified,
        });
    }
    Ok(words)
}
