//! Storing windows: the one place where heard text becomes the record.
//!
//! One transaction a window: the lease is checked, the window is inserted or the stored one kept, and words, coverage,
//! outbox and positions go with it. A crash before the commit leaves no row; after it, a replay finds the window and
//! changes nothing but the position.

mod again;
mod rows;

use chrono::{DateTime, Utc};
use domain::{EpochKey, HeardWindow, StreamTime, check_tiling};
use ledger::format_instant;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    audit::{Change, new_salt},
    closed::EpochEnd,
    connect::Store,
    epoch::{Close, epoch_change, no_such_epoch},
    error::{Doing, StoreError},
    lease::{Lease, advance, hold},
    outbox::{OutboxRecord, put},
    rows::{epoch_number, storable, stream_uuid},
};

/// A window to store.
#[derive(Clone, Debug)]
pub struct NewWindow<'a> {
    /// What was heard.
    pub heard: &'a HeardWindow,
    /// Wall time of its first sample.
    pub began_at: DateTime<Utc>,
    /// Wall time of the sample after its last.
    pub ended_at: DateTime<Utc>,
    /// The oldest record of the partition that is still needed once it is stored.
    pub next_offset: i64,
    /// Tells the next stage of it.
    pub announce: OutboxRecord,
}

/// What became of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is the record now.
    New,
    /// A window begins there already: its text stands, whatever was heard this time.
    Kept {
        /// Where the stored one ends, and the next begins.
        end: StreamTime,
    },
}

/// The end of an epoch, all of whose windows are stored.
#[derive(Clone, Debug)]
pub struct FinishedEpoch<'a> {
    /// Which.
    pub key: &'a EpochKey,
    /// Its length: where the last stored window ends.
    pub samples: StreamTime,
    /// How it ended, for the case that nobody closed it before.
    pub how: EpochEnd,
    /// When, for the same case.
    pub ended_at: DateTime<Utc>,
    /// The oldest record of the partition that is still needed.
    pub next_offset: i64,
    /// Tells the next stage of it.
    pub announce: Option<OutboxRecord>,
}

/// How far an epoch is, locked for the transaction.
struct Place {
    next_first: i64,
    finished: bool,
}

impl Store {
    /// Stores a window that begins where the last stored one ended, or keeps the one that begins there already.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over, [`StoreError::OutOfPlace`] for a window
    /// that would leave a gap or overlap, [`StoreError::Tiling`] if its intervals do not tile it,
    /// [`StoreError::Finished`] after the epoch's end, [`StoreError::NotFound`] for an epoch that nobody opened.
    pub async fn store_window(
        &self,
        lease: &Lease,
        new: NewWindow<'_>,
        now: DateTime<Utc>,
    ) -> Result<Stored, StoreError> {
        const DOING: &str = "store a window";
        let heard = new.heard;
        let (key, range) = (&heard.key, heard.range);
        check_tiling(range, &heard.intervals).map_err(|source| StoreError::Tiling {
            key: key.clone(),
            range,
            source,
        })?;
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        let place = lock_place(&mut transaction, key).await?;
        let (expected, found) = (place.next_first, range.first().samples());
        let stored = if found < expected {
            let end = rows::end_of(&mut transaction, heard.id()).await?;
            let end = end.ok_or_else(|| StoreError::OutOfPlace { key: key.clone(), expected, found })?;
            Stored::Kept { end: StreamTime::from_samples(end) }
        } else {
            if place.finished {
                return Err(StoreError::Finished { key: key.clone() });
            }
            if found > expected {
                return Err(StoreError::OutOfPlace { key: key.clone(), expected, found });
            }
            self.insert_window(&mut transaction, &new, now).await?;
            put(&mut transaction, &new.announce, now).await?;
            Stored::New
        };
        advance(&mut transaction, lease, new.next_offset, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(stored)
    }

    /// Finishes an epoch: nothing is added to it afterwards. False if it was finished before.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over, [`StoreError::OutOfPlace`] if windows are
    /// stored up to another sample, [`StoreError::NotFound`] for an epoch that nobody opened.
    pub async fn finish_epoch(
        &self,
        lease: &Lease,
        end: FinishedEpoch<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "finish an epoch";
        let key = end.key;
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        let place = lock_place(&mut transaction, key).await?;
        if !place.finished {
            let (expected, found) = (place.next_first, end.samples.samples());
            if expected != found {
                return Err(StoreError::OutOfPlace { key: key.clone(), expected, found });
            }
            let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
            sqlx::query_file!("queries/epoch_progress/finish.sql", stream, epoch, now)
                .execute(&mut *transaction)
                .await
                .doing(DOING)?;
            let close = Close { key, samples: Some(found), how: end.how, ended_at: end.ended_at };
            self.close_in(&mut transaction, close, now).await?;
            let payload = json!({ "stream": stream, "epoch": epoch, "samples": found });
            self.record(&mut transaction, now, epoch_change("epoch.finished", key, payload)).await?;
            if let Some(announce) = &end.announce {
                put(&mut transaction, announce, now).await?;
            }
        }
        advance(&mut transaction, lease, end.next_offset, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(!place.finished)
    }

    /// Counts an attempt to decode the window that begins at `first`, before the recogniser is called: how many there
    /// were, this one included. Storing the window starts the count again.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process took the partition over, [`StoreError::OutOfPlace`] if that is not
    /// where the next window begins, [`StoreError::NotFound`] for an epoch that nobody opened.
    pub async fn begin_attempt(&self, lease: &Lease, key: &EpochKey, first: StreamTime) -> Result<u32, StoreError> {
        const DOING: &str = "count an attempt to decode";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        hold(&mut transaction, lease).await?;
        let place = lock_place(&mut transaction, key).await?;
        if place.next_first != first.samples() {
            let (expected, found) = (place.next_first, first.samples());
            return Err(StoreError::OutOfPlace { key: key.clone(), expected, found });
        }
        let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
        let attempts = sqlx::query_file_scalar!("queries/epoch_progress/begin_attempt.sql", stream, epoch)
            .fetch_one(&mut *transaction)
            .await
            .doing(DOING)?;
        transaction.commit().await.doing(DOING)?;
        Ok(u32::try_from(attempts).unwrap_or(u32::MAX))
    }

    async fn insert_window(
        &self,
        transaction: &mut PgConnection,
        new: &NewWindow<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let heard = new.heard;
        let settings = rows::insert(transaction, new, now).await?;
        let (stream, epoch) = (stream_uuid(&heard.key), epoch_number(heard.key.epoch));
        sqlx::query_file!("queries/epoch_progress/store.sql", stream, epoch, heard.range.end().samples())
            .execute(&mut *transaction)
            .await
            .doing("move an epoch's progress")?;
        let salt = new_salt()?;
        let payload = json!({
            "stream": stream,
            "epoch": epoch,
            "first": heard.range.first(),
            "end": heard.range.end(),
            "began": format_instant(new.began_at),
            "language": storable(&heard.language),
            "samples": rows::samples_by_state(heard),
            "segments": heard.segments.len(),
            "words": heard.words().count(),
            "guards": heard.guards.len(),
            "attempts": heard.attempts,
            "model_sha256": heard.provenance.as_ref().map(|made| &made.model_sha256),
            "setting_sha256": settings,
            "content_sha256": rows::content_hash(salt, heard)?,
        });
        let (room, entity_id) = (Some(&heard.key.room), heard.id().to_string());
        let change = Change { action: "window.stored", entity: "window", entity_id, room, payload };
        self.record_salted(transaction, now, salt, change).await
    }
}

async fn lock_place(transaction: &mut PgConnection, key: &EpochKey) -> Result<Place, StoreError> {
    let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
    sqlx::query_file_as!(Place, "queries/epoch_progress/lock.sql", stream, epoch)
        .fetch_optional(transaction)
        .await
        .doing("read how far an epoch is")?
        .ok_or_else(|| no_such_epoch(key))
}
