//! How far the work is: for `--wait`, and for health checks.

use chrono::{DateTime, Utc};
use domain::EpochKey;
use uuid::Uuid;

use crate::{
    connect::Store,
    epoch::no_such_epoch,
    error::{Doing, StoreError},
    rows::{epoch_number, stream_uuid},
};

/// How far an epoch is through the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochRun {
    /// Which.
    pub key: EpochKey,
    /// Its length in samples as far as it is known.
    pub samples: i64,
    /// Samples that are stored.
    pub stored: i64,
    /// Whether its last window is stored.
    pub finished: bool,
    /// Windows stored.
    pub windows: i64,
    /// Of those, screened.
    pub screened: i64,
}

impl EpochRun {
    /// Whether everything is stored and screened.
    pub fn is_done(&self) -> bool {
        self.finished && self.screened == self.windows
    }
}

/// What is waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Records that no broker has yet.
    pub outbox_records: i64,
    /// Since when the oldest of them waits.
    pub outbox_oldest: Option<DateTime<Utc>>,
    /// Records that could not be used.
    pub dead_letters: i64,
    /// Epochs whose last window is not stored.
    pub epochs_unfinished: i64,
}

impl Store {
    /// How far those epochs are, in the same order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an epoch that nobody opened.
    pub async fn run_state(&self, keys: &[EpochKey]) -> Result<Vec<EpochRun>, StoreError> {
        const DOING: &str = "read how far a run is";
        let (streams, epochs): (Vec<Uuid>, Vec<i64>) =
            keys.iter().map(|key| (stream_uuid(key), epoch_number(key.epoch))).unzip();
        let rows = sqlx::query_file!("queries/epoch/run_state.sql", &streams, &epochs)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let mut runs = Vec::with_capacity(keys.len());
        for (key, ordinal) in keys.iter().zip(1..) {
            let row = rows.iter().find(|row| row.ordinal == ordinal).ok_or_else(|| no_such_epoch(key))?;
            runs.push(EpochRun {
                key: key.clone(),
                samples: row.samples,
                stored: row.next_first,
                finished: row.finished,
                windows: row.windows,
                screened: row.screened,
            });
        }
        Ok(runs)
    }

    /// What is waiting; an answer at all says that the database is there.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn health(&self) -> Result<Health, StoreError> {
        sqlx::query_file_as!(Health, "queries/outbox/health.sql")
            .fetch_one(&self.pool)
            .await
            .doing("read what is waiting")
    }
}
