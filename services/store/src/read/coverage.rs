//! `earwitness coverage`: what became of every second of a room.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{BetweenReason, CoverageReason, CoverageState, RoomId};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::account::{EpochRow, account};
use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    json, rows,
};

/// The account of a room.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// The room.
    pub room: String,
    /// Its streams by name.
    pub streams: Vec<StreamCoverage>,
}

/// The account of a stream.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StreamCoverage {
    /// The stream's name.
    pub stream: String,
    /// In order.
    pub epochs: Vec<EpochCoverage>,
    /// In order; only stretches that have a length.
    pub between: Vec<Between>,
    /// Summed up.
    pub seconds: Seconds,
    /// Samples of its epochs that stand in no interval. Always 0, unless something is broken.
    pub unaccounted_samples: i64,
}

/// The account of an epoch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EpochCoverage {
    /// Its number.
    pub epoch: u32,
    /// Wall time of its first sample.
    #[serde(serialize_with = "json::instant")]
    pub began: DateTime<Utc>,
    /// Its length as far as it is known.
    pub samples: i64,
    /// Tile `0..samples` in order; neighbours differ in state or reason.
    pub intervals: Vec<IntervalLine>,
}

/// A stretch in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IntervalLine {
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// In which state.
    pub state: CoverageState,
    /// Why.
    pub reason: Option<CoverageReason>,
}

/// A stretch of wall time without a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Between {
    /// The epoch that follows.
    pub before_epoch: u32,
    /// The scheduled start, or the end of the epoch before.
    #[serde(serialize_with = "json::instant")]
    pub from: DateTime<Utc>,
    /// Where the epoch begins.
    #[serde(serialize_with = "json::instant")]
    pub to: DateTime<Utc>,
    /// Why.
    pub reason: BetweenReason,
}

/// Seconds in each state, and between.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each is the state of its name")]
pub struct Seconds {
    pub transcribed: f64,
    pub silence: f64,
    pub music: f64,
    pub noise: f64,
    pub lost: f64,
    pub deferred: f64,
    pub pending: f64,
    pub between: f64,
}

const DOING: &str = "read the coverage of a room";

impl Store {
    /// The account of every second of a room.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn coverage(&self, room: &RoomId) -> Result<Coverage, StoreError> {
        let mut snapshot = self.snapshot(DOING).await?;
        self.read_coverage(&mut snapshot, room, None).await
    }

    pub(super) async fn read_coverage(
        &self,
        snapshot: &mut PgConnection,
        room: &RoomId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Coverage, StoreError> {
        self.require_room(snapshot, room).await?;
        let id = room.as_str();
        let scheduled = sqlx::query_scalar!("select scheduled_at from room where room_id = $1", id)
            .fetch_one(&mut *snapshot)
            .await
            .doing(DOING)?;
        let names = sqlx::query!("select stream_id, name from stream where room_id = $1 order by name", id)
            .fetch_all(&mut *snapshot)
            .await
            .doing(DOING)?;
        let mut epochs = read_epochs(snapshot, id, as_of).await?;
        let mut failed = read_failed(snapshot, id, as_of).await?;
        let streams = names
            .into_iter()
            .map(|stream| {
                let failed = failed.remove(&stream.stream_id).unwrap_or_default();
                account(stream.name, scheduled, epochs.remove(&stream.stream_id).unwrap_or_default(), &failed)
            })
            .collect();
        Ok(Coverage { room: id.to_owned(), streams })
    }
}

/// The epochs of each stream in order, with their intervals.
async fn read_epochs(
    snapshot: &mut PgConnection,
    room: &str,
    as_of: Option<DateTime<Utc>>,
) -> Result<HashMap<Uuid, Vec<EpochRow>>, StoreError> {
    let mut intervals: HashMap<(Uuid, i64), Vec<IntervalLine>> = HashMap::new();
    for row in sqlx::query_file!("queries/coverage_interval/of_room.sql", room, as_of)
        .fetch_all(&mut *snapshot)
        .await
        .doing(DOING)?
    {
        let state = row.state.parse().reading("coverage state")?;
        let reason = row.reason.map(|reason| reason.parse()).transpose().reading("coverage reason")?;
        let line = IntervalLine { first: row.first_sample, end: row.end_sample, state, reason };
        intervals.entry((row.stream_id, row.epoch)).or_default().push(line);
    }
    let mut epochs: HashMap<Uuid, Vec<EpochRow>> = HashMap::new();
    for row in sqlx::query_file!("queries/epoch/of_room.sql", room, as_of).fetch_all(snapshot).await.doing(DOING)? {
        epochs.entry(row.stream_id).or_default().push(EpochRow {
            epoch: rows::epoch(row.epoch)?.number(),
            began_at: row.began_at,
            before: row
                .between_reason
                .map(|reason| reason.parse())
                .transpose()
                .reading("reason of a stretch between")?,
            samples: row.samples,
            stored: row.next_first,
            finished: row.finished,
            intervals: intervals.remove(&(row.stream_id, row.epoch)).unwrap_or_default(),
        });
    }
    Ok(epochs)
}

/// When attempts to reach each stream's source failed.
async fn read_failed(
    snapshot: &mut PgConnection,
    room: &str,
    as_of: Option<DateTime<Utc>>,
) -> Result<HashMap<Uuid, Vec<DateTime<Utc>>>, StoreError> {
    let mut failed: HashMap<Uuid, Vec<DateTime<Utc>>> = HashMap::new();
    for row in
        sqlx::query_file!("queries/access_attempt/failed.sql", room, as_of).fetch_all(snapshot).await.doing(DOING)?
    {
        failed.entry(row.stream_id).or_default().push(row.attempted_at);
    }
    Ok(failed)
}
