//! Epochs: opened and closed by ingest, followed by transcribe.

use chrono::{DateTime, Utc};
use domain::{BetweenReason, Epoch, EpochKey, RoomId, StreamId, StreamName, StreamTime};
use ledger::format_instant;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    audit::Change,
    closed::EpochEnd,
    connect::Store,
    error::{Doing, Reading, StoreError},
    rows::{self, epoch_number, storable, stream_uuid, uuid},
};

/// A connection that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEpoch {
    /// Wall time of its first sample.
    pub began_at: DateTime<Utc>,
    /// Where the sound comes from, as a person would name it.
    pub source: String,
    /// The language expected, as in BCP 47.
    pub language: String,
    /// Why there was no connection before it, where ingest knows.
    pub before: Option<BetweenReason>,
}

/// How far an epoch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochState {
    /// The sample after the last stored window: where the next one must begin.
    pub next_first: StreamTime,
    /// The sample after the last that is known to be durable.
    pub seen_end: StreamTime,
    /// Whether its last window is stored.
    pub finished: bool,
    /// How it was closed, and its length in samples where the closer knew it.
    pub closed: Option<(EpochEnd, Option<i64>)>,
    /// Wall time of its first sample.
    pub began_at: DateTime<Utc>,
    /// The language expected.
    pub language: String,
    /// Whether the last stored window ends without a pause, so that the next one wants the sound before it.
    pub seam: bool,
}

/// A row of `queries/epoch/state.sql` and `queries/epoch/unfinished.sql`.
struct StateRow {
    room_id: String,
    stream: String,
    epoch: i64,
    next_first: i64,
    seen_end: i64,
    finished: bool,
    closed_how: Option<String>,
    samples: Option<i64>,
    began_at: DateTime<Utc>,
    language: String,
    seam: bool,
}

impl StateRow {
    fn read(self) -> Result<(EpochKey, EpochState), StoreError> {
        let key = rows::key(&self.room_id, &self.stream, self.epoch)?;
        let closed = match self.closed_how {
            Some(how) => Some((how.parse().reading("end of an epoch")?, self.samples)),
            None => None,
        };
        let state = EpochState {
            next_first: StreamTime::from_samples(self.next_first),
            seen_end: StreamTime::from_samples(self.seen_end),
            finished: self.finished,
            closed,
            began_at: self.began_at,
            language: self.language,
            seam: self.seam,
        };
        Ok((key, state))
    }
}

/// How an epoch closes.
pub(crate) struct Close<'a> {
    pub(crate) key: &'a EpochKey,
    pub(crate) samples: Option<i64>,
    pub(crate) how: EpochEnd,
    pub(crate) ended_at: DateTime<Utc>,
}

impl Store {
    /// Opens the stream's next epoch and closes the ones before that nobody closed. Two openers at once get two
    /// numbers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn open_epoch(
        &self,
        room: &RoomId,
        stream: &StreamName,
        new: &NewEpoch,
        now: DateTime<Utc>,
    ) -> Result<EpochKey, StoreError> {
        const DOING: &str = "open an epoch";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let stream_id = self.ensure_stream(&mut transaction, room, stream).await?;
        let number = sqlx::query_file_scalar!("queries/stream/take_epoch.sql", stream_id)
            .fetch_one(&mut *transaction)
            .await
            .doing(DOING)?;
        let key = EpochKey { room: room.clone(), stream: stream.clone(), epoch: rows::epoch(number)? };
        let open = sqlx::query_file_scalar!("queries/epoch/list_open.sql", stream_id)
            .fetch_all(&mut *transaction)
            .await
            .doing(DOING)?;
        for before in open {
            let before = EpochKey { epoch: rows::epoch(before)?, ..key.clone() };
            let (how, ended_at) = (EpochEnd::Superseded, new.began_at);
            self.close_in(&mut transaction, Close { key: &before, samples: None, how, ended_at }, now).await?;
        }
        sqlx::query_file!(
            "queries/epoch/open.sql",
            stream_id,
            number,
            new.began_at,
            now,
            storable(&new.source),
            storable(&new.language),
            new.before.map(BetweenReason::as_str),
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let payload = json!({
            "stream": stream_id,
            "epoch": number,
            "began": format_instant(new.began_at),
            "language": storable(&new.language),
            "before": new.before,
        });
        self.record(&mut transaction, now, epoch_change("epoch.opened", &key, payload)).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(key)
    }

    /// Closes an epoch, of which `samples` are durable where the closer knows it. Only the first close counts: false
    /// means that it was closed before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an epoch that nobody opened.
    pub async fn close_epoch(
        &self,
        key: &EpochKey,
        samples: Option<i64>,
        how: EpochEnd,
        ended_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "close an epoch";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let closed = self.close_in(&mut transaction, Close { key, samples, how, ended_at }, now).await?;
        if !closed && self.read_state(&mut transaction, key).await?.is_none() {
            return Err(no_such_epoch(key));
        }
        transaction.commit().await.doing(DOING)?;
        Ok(closed)
    }

    /// How far an epoch is; none if nobody opened it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn epoch_state(&self, key: &EpochKey) -> Result<Option<EpochState>, StoreError> {
        let mut connection = self.pool.acquire().await.doing("read how far an epoch is")?;
        self.read_state(&mut connection, key).await
    }

    /// The epochs of a stream whose last window is not stored yet, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn unfinished_epochs(&self, stream: StreamId) -> Result<Vec<(EpochKey, EpochState)>, StoreError> {
        sqlx::query_file_as!(StateRow, "queries/epoch/unfinished.sql", uuid(stream))
            .fetch_all(&self.pool)
            .await
            .doing("list the epochs that are not finished")?
            .into_iter()
            .map(StateRow::read)
            .collect()
    }

    /// The epochs of all streams whose last window is not stored yet and of which records must have been sent, since
    /// they are closed or were seen; in order for each stream.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn expected_epochs(&self) -> Result<Vec<(EpochKey, EpochState)>, StoreError> {
        sqlx::query_file_as!(StateRow, "queries/epoch/expected.sql")
            .fetch_all(&self.pool)
            .await
            .doing("list the epochs that are expected to end")?
            .into_iter()
            .map(StateRow::read)
            .collect()
    }

    /// Notes that an epoch is durable up to `seen_end`; moves only forwards. No audit event: it changes no record.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn note_seen(&self, key: &EpochKey, seen_end: StreamTime) -> Result<(), StoreError> {
        let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
        sqlx::query_file!("queries/epoch_progress/note_seen.sql", stream, epoch, seen_end.samples())
            .execute(&self.pool)
            .await
            .doing("note how much of an epoch is durable")?;
        Ok(())
    }

    async fn read_state(
        &self,
        connection: &mut PgConnection,
        key: &EpochKey,
    ) -> Result<Option<EpochState>, StoreError> {
        let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
        let row = sqlx::query_file_as!(StateRow, "queries/epoch/state.sql", stream, epoch)
            .fetch_optional(connection)
            .await
            .doing("read how far an epoch is")?;
        row.map(|row| row.read().map(|(_, state)| state)).transpose()
    }

    /// Closes an epoch that is open, within a transaction; false if it was not.
    pub(crate) async fn close_in(
        &self,
        transaction: &mut PgConnection,
        close: Close<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let Close { key, samples, how, ended_at } = close;
        let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
        let closed = sqlx::query_file!("queries/epoch/close.sql", stream, epoch, ended_at, samples, how.as_str())
            .execute(&mut *transaction)
            .await
            .doing("close an epoch")?;
        if closed.rows_affected() == 0 {
            return Ok(false);
        }
        let payload = json!({
            "stream": stream,
            "epoch": epoch,
            "how": how.as_str(),
            "samples": samples,
            "ended": format_instant(ended_at),
        });
        self.record(transaction, now, epoch_change("epoch.closed", key, payload)).await?;
        Ok(true)
    }
}

pub(crate) fn epoch_change<'a>(action: &'static str, key: &'a EpochKey, payload: serde_json::Value) -> Change<'a> {
    let entity_id = format!("{}/{}", key.stream_id(), key.epoch);
    Change { action, entity: "epoch", entity_id, room: Some(&key.room), payload }
}

pub(crate) fn no_such_epoch(key: &EpochKey) -> StoreError {
    let EpochKey { room, stream, epoch } = key;
    StoreError::NotFound {
        what: "epoch",
        name: format!("{room}/{stream}/{}", Epoch::number(*epoch)),
        similar: Vec::new(),
    }
}
