//! Rooms as ingest describes them, how many listen, and what was seen on trying to reach a source.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{RoomId, StreamName};
use ledger::{format_instant, truncate_instant};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    audit::Change,
    closed::AttemptResult,
    connect::Store,
    error::{Doing, StoreError},
    rows::{storable, uuid},
};

/// What an ingest run says of its room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomDescription {
    /// Which room.
    pub room: RoomId,
    /// Its title; none says nothing, as do the others.
    pub title: Option<String>,
    /// Who hosts it.
    pub hosts: Vec<String>,
    /// The language expected, as in BCP 47.
    pub language: Option<String>,
    /// When it was announced to start.
    pub scheduled: Option<DateTime<Utc>>,
}

/// What became of a room on being described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomChange {
    /// It is new.
    Begun,
    /// Its description grew or was corrected.
    Changed,
    /// All of that was known.
    Unchanged,
}

/// One attempt to reach a source, as we observed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessAttempt {
    /// Of which room.
    pub room: RoomId,
    /// For which stream.
    pub stream: StreamName,
    /// When.
    pub at: DateTime<Utc>,
    /// What we tried to reach, as a person would name it.
    pub source: String,
    /// How it went.
    pub result: AttemptResult,
    /// Status code, as the source gave it.
    pub status: Option<u16>,
    /// Milliseconds until the answer, or until we gave up.
    pub latency_ms: Option<u32>,
    /// Seconds for which the source asked us to wait.
    pub retry_after_s: Option<u32>,
}

/// A step of a room's listener count: it holds from its time until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListenerStep {
    /// Wall time from which it holds.
    pub from: DateTime<Utc>,
    /// How many listen, from 0 on.
    pub listeners: i64,
}

impl Store {
    /// Makes the room known, or adds to what is known: a later run corrects what it states, adds hosts, erases nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn open_room(&self, room: &RoomDescription, now: DateTime<Utc>) -> Result<RoomChange, StoreError> {
        const DOING: &str = "open a room";
        let id = room.room.as_str();
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let begun =
            sqlx::query!("insert into room (room_id, begun_at) values ($1, $2) on conflict do nothing", id, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
        let known = sqlx::query_file!("queries/room/lock.sql", id).fetch_one(&mut *transaction).await.doing(DOING)?;
        let title = room.title.as_deref().map(storable).or_else(|| known.title.clone());
        let language = room.language.as_deref().map(storable).or_else(|| known.language.clone());
        let scheduled = room.scheduled.map(truncate_instant).or(known.scheduled_at);
        let mut hosts = known.hosts.clone();
        for host in room.hosts.iter().map(|host| storable(host)) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let is_new = begun.rows_affected() == 1;
        if !is_new
            && (&title, &language, scheduled, &hosts)
                == (&known.title, &known.language, known.scheduled_at, &known.hosts)
        {
            return Ok(RoomChange::Unchanged);
        }
        sqlx::query_file!("queries/room/describe.sql", id, title, &hosts, language, scheduled)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let payload = json!({
            "titled": title.is_some(),
            "hosts": hosts.len(),
            "language": language,
            "scheduled": scheduled.map(format_instant),
        });
        let action = if is_new { "room.begun" } else { "room.changed" };
        let change = Change { action, entity: "room", entity_id: id.to_owned(), room: Some(&room.room), payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(if is_new { RoomChange::Begun } else { RoomChange::Changed })
    }

    /// Sets steps of a room's listener count; a step at a time that has one replaces it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened, [`StoreError::Constraint`] for a negative count.
    pub async fn set_listeners(
        &self,
        room: &RoomId,
        steps: &[ListenerStep],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const DOING: &str = "set a listener count";
        let steps: BTreeMap<_, _> = steps.iter().map(|step| (truncate_instant(step.from), step.listeners)).collect();
        let (from, listeners): (Vec<_>, Vec<_>) = steps.iter().map(|(from, listeners)| (*from, *listeners)).unzip();
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        self.require_room(&mut transaction, room).await?;
        let set = sqlx::query_file!("queries/listener_count/set.sql", room.as_str(), &from, &listeners)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if set.rows_affected() > 0 {
            let payload = json!({
                "steps": set.rows_affected(),
                "from": from.first().copied().map(format_instant),
                "to": from.last().copied().map(format_instant),
                "peak": listeners.iter().max(),
            });
            let entity_id = room.to_string();
            let change = Change { action: "listeners.set", entity: "room", entity_id, room: Some(room), payload };
            self.record(&mut transaction, now, change).await?;
        }
        transaction.commit().await.doing(DOING)
    }

    /// Records an attempt to reach a source. Attempts are only ever added.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn record_attempt(&self, attempt: &AccessAttempt, now: DateTime<Utc>) -> Result<(), StoreError> {
        const DOING: &str = "record an access attempt";
        let id = self.new_id(now);
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let stream = self.ensure_stream(&mut transaction, &attempt.room, &attempt.stream).await?;
        sqlx::query_file!(
            "queries/access_attempt/add.sql",
            id,
            attempt.room.as_str(),
            stream,
            attempt.at,
            storable(&attempt.source),
            attempt.result.as_str(),
            attempt.status.map(i32::from),
            attempt.latency_ms.map(i64::from),
            attempt.retry_after_s.map(i64::from),
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let payload = json!({
            "stream": stream,
            "at": format_instant(attempt.at),
            "result": attempt.result.as_str(),
            "status": attempt.status,
            "latency_ms": attempt.latency_ms,
            "retry_after_s": attempt.retry_after_s,
        });
        let room = Some(&attempt.room);
        let (action, entity_id) = ("access.attempted", id.to_string());
        self.record(&mut transaction, now, Change { action, entity: "access_attempt", entity_id, room, payload })
            .await?;
        transaction.commit().await.doing(DOING)
    }

    /// Fails with names of like rooms if nobody opened this one.
    pub(crate) async fn require_room(&self, connection: &mut PgConnection, room: &RoomId) -> Result<(), StoreError> {
        let there =
            sqlx::query_scalar!("select exists (select from room where room_id = $1) as \"there!\"", room.as_str())
                .fetch_one(&mut *connection)
                .await
                .doing("look for a room")?;
        if there { Ok(()) } else { Err(no_such_room(connection, room).await) }
    }

    /// The id of the stream, which is made known if it was not.
    pub(crate) async fn ensure_stream(
        &self,
        connection: &mut PgConnection,
        room: &RoomId,
        name: &StreamName,
    ) -> Result<Uuid, StoreError> {
        self.require_room(connection, room).await?;
        let key = domain::EpochKey { room: room.clone(), stream: name.clone(), epoch: domain::Epoch::new(0) };
        let id = uuid(key.stream_id());
        sqlx::query_file!("queries/stream/add.sql", id, room.as_str(), name.as_str())
            .execute(connection)
            .await
            .doing("make a stream known")?;
        Ok(id)
    }
}

/// How alike two names must be (Jaro-Winkler, 0 to 1) for one to be offered in place of the other.
const ALIKE: f64 = 0.8;

/// The error that names what the person may have meant.
async fn no_such_room(connection: &mut PgConnection, room: &RoomId) -> StoreError {
    let rooms = sqlx::query_scalar!("select room_id from room order by begun_at desc limit 1000")
        .fetch_all(connection)
        .await
        .doing("list the rooms");
    let rooms = match rooms {
        Ok(rooms) => rooms,
        Err(error) => return error,
    };
    let mut similar: Vec<_> = rooms
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &room.as_str().to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    similar.sort_by(|a, b| b.0.total_cmp(&a.0));
    let similar = similar.into_iter().take(3).map(|(_, name)| name).collect();
    StoreError::NotFound { what: "room", name: room.to_string(), similar }
}
