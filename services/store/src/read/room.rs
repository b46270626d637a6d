//! `earwitness rooms`: which rooms there are, and one of them as a whole.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::RoomId;
use serde::Serialize;
use sqlx::PgConnection;

use super::{coverage::Coverage, flags::FlagLine};
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    json,
    room::{AccessAttempt, ListenerStep},
    rows,
};

/// A room as the command line lists it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoomLine {
    /// The room.
    pub room: String,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// The names of its streams.
    pub streams: Vec<String>,
    /// When it was announced to start.
    #[serde(serialize_with = "json::maybe_instant")]
    pub scheduled: Option<DateTime<Utc>>,
    /// Wall time of its first sample; null before any.
    #[serde(serialize_with = "json::maybe_instant")]
    pub began: Option<DateTime<Utc>>,
    /// Wall time of the sample after its last; null while an epoch is open.
    #[serde(serialize_with = "json::maybe_instant")]
    pub ended: Option<DateTime<Utc>>,
    /// The most that listened at once; null where unknown.
    pub peak_listeners: Option<i64>,
}

/// A room as a whole, for a picture of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomShow {
    /// As it is listed.
    pub room: RoomLine,
    /// Who hosts it.
    pub hosts: Vec<String>,
    /// The language expected.
    pub language: Option<String>,
    /// The account of every second.
    pub coverage: Coverage,
    /// Its flags, suppressed ones too.
    pub flags: Vec<FlagLine>,
    /// Listeners over time.
    pub listeners: Vec<ListenerStep>,
    /// Attempts to reach its sources.
    pub attempts: Vec<AccessAttempt>,
}

/// When epochs of a room began, and where they end if all are closed.
#[derive(Clone, Copy, Default)]
struct Times {
    began: Option<DateTime<Utc>>,
    last_end: Option<DateTime<Utc>>,
    open: bool,
}

const DOING: &str = "read the rooms";

impl Store {
    /// All rooms, by the time at which we first heard of them.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn rooms(&self) -> Result<Vec<RoomLine>, StoreError> {
        let mut snapshot = self.snapshot(DOING).await?;
        read_rooms(&mut snapshot, None).await
    }

    /// One room as a whole.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn room_show(&self, room: &RoomId) -> Result<RoomShow, StoreError> {
        let mut snapshot = self.snapshot(DOING).await?;
        let coverage = self.read_coverage(&mut snapshot, room, None).await?;
        let flags = self.read_flags(&mut snapshot, room, true).await?;
        let mut lines = read_rooms(&mut snapshot, Some(room.as_str())).await?;
        let about = sqlx::query!("select hosts, language from room where room_id = $1", room.as_str())
            .fetch_one(&mut *snapshot)
            .await
            .doing(DOING)?;
        let listeners = sqlx::query_file_as!(ListenerStep, "queries/listener_count/of_room.sql", room.as_str())
            .fetch_all(&mut *snapshot)
            .await
            .doing(DOING)?;
        let attempts = read_attempts(&mut snapshot, room, None).await?;
        let line = lines.pop().ok_or_else(|| StoreError::NotFound {
            what: "room",
            name: room.to_string(),
            similar: Vec::new(),
        })?;
        Ok(RoomShow { room: line, hosts: about.hosts, language: about.language, coverage, flags, listeners, attempts })
    }
}

async fn read_rooms(snapshot: &mut PgConnection, only: Option<&str>) -> Result<Vec<RoomLine>, StoreError> {
    let mut times: HashMap<String, Times> = HashMap::new();
    for epoch in sqlx::query_file!("queries/epoch/ends.sql", only).fetch_all(&mut *snapshot).await.doing(DOING)? {
        let room = times.entry(epoch.room_id).or_default();
        let end = rows::wall(epoch.began_at, epoch.samples);
        room.began = Some(room.began.map_or(epoch.began_at, |began| began.min(epoch.began_at)));
        room.last_end = Some(room.last_end.map_or(end, |last| last.max(end)));
        room.open |= epoch.open;
    }
    let rows = sqlx::query_file!("queries/room/list.sql", only).fetch_all(snapshot).await.doing(DOING)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let times = times.remove(&row.room_id).unwrap_or_default();
            RoomLine {
                room: row.room_id,
                title: row.title,
                streams: row.streams,
                scheduled: row.scheduled_at,
                began: times.began,
                ended: times.last_end.filter(|_| !times.open),
                peak_listeners: row.peak_listeners,
            }
        })
        .collect())
}

pub(super) async fn read_attempts(
    snapshot: &mut PgConnection,
    room: &RoomId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<AccessAttempt>, StoreError> {
    let rows = sqlx::query_file!("queries/access_attempt/of_room.sql", room.as_str(), as_of)
        .fetch_all(snapshot)
        .await
        .doing(DOING)?;
    let mut attempts = Vec::with_capacity(rows.len());
    for row in rows {
        const WHAT: &str = "number of an access attempt";
        attempts.push(AccessAttempt {
            room: room.clone(),
            stream: rows::stream(&row.stream)?,
            at: row.attempted_at,
            source: row.source,
            result: row.result.parse().reading("result of an access attempt")?,
            status: row.status.map(u16::try_from).transpose().reading(WHAT)?,
            latency_ms: row.latency_ms.map(u32::try_from).transpose().reading(WHAT)?,
            retry_after_s: row.retry_after_s.map(u32::try_from).transpose().reading(WHAT)?,
        });
    }
    Ok(attempts)
}
