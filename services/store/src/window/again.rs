//! Windows that were announced, and never screened because the topic lost them: read back, and announced again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{HeardWindow, Interval, Provenance, Segment, StreamTime, Word};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    outbox::{OutboxRecord, put},
    rows,
};

const DOING: &str = "announce windows again";
/// Windows of one transaction.
const PAGE: i64 = 200;

impl Store {
    /// Puts every stored window that is not screened on the outbox again, with the same id, and gives their number.
    /// Some may still be under way: a window that comes twice is screened once.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; what went before is announced.
    pub async fn announce_unscreened(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let (mut after, mut announced) = (None, 0);
        loop {
            let mut transaction = self.pool.begin().await.doing(DOING)?;
            let page = read_page(&mut transaction, after).await?;
            let Some((last, _)) = page.last() else { return Ok(announced) };
            after = Some(*last);
            announced += page.len() as u64;
            for (_, window) in &page {
                let record = wire::encode_window(window, now).map_err(|source| StoreError::Record { source })?;
                put(&mut transaction, &OutboxRecord { topic: wire::topic::WINDOW.to_owned(), record }, now).await?;
            }
            transaction.commit().await.doing(DOING)?;
        }
    }
}

async fn read_page(
    transaction: &mut PgConnection,
    after: Option<Uuid>,
) -> Result<Vec<(Uuid, HeardWindow)>, StoreError> {
    let rows = sqlx::query_file!("queries/window/unscreened.sql", after, PAGE)
        .fetch_all(&mut *transaction)
        .await
        .doing(DOING)?;
    let ids: Vec<_> = rows.iter().map(|row| row.window_id).collect();
    let mut segments = read_segments(transaction, &ids).await?;
    let mut intervals = read_intervals(transaction, &ids).await?;
    let mut windows = Vec::with_capacity(rows.len());
    for row in rows {
        let provenance = match (row.model, row.model_sha256, row.library, row.setting) {
            (Some(model), Some(model_sha256), Some(library), Some(settings)) => {
                Some(Provenance { model, model_sha256, library, settings })
            }
            _ => None,
        };
        let window = HeardWindow {
            key: rows::key(&row.room_id, &row.stream, row.epoch)?,
            range: rows::range(row.first_sample, row.end_sample)?,
            language: row.language,
            provenance,
            segments: segments.remove(&row.window_id).unwrap_or_default(),
            intervals: intervals.remove(&row.window_id).unwrap_or_default(),
            guards: row.guards,
            attempts: u32::try_from(row.attempts).reading("number of attempts")?,
            seam: row.seam,
        };
        windows.push((row.window_id, window));
    }
    Ok(windows)
}

async fn read_segments(
    transaction: &mut PgConnection,
    windows: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Segment>>, StoreError> {
    let mut segments: HashMap<Uuid, Vec<Segment>> = HashMap::new();
    let mut words: HashMap<(Uuid, i32), Vec<Word>> = HashMap::new();
    let rows =
        sqlx::query_file!("queries/word/of_windows.sql", windows).fetch_all(&mut *transaction).await.doing(DOING)?;
    for row in rows {
        words.entry((row.window_id, row.segment_ordinal)).or_default().push(Word {
            text: row.text,
            first: StreamTime::from_samples(row.first_sample),
            end: StreamTime::from_samples(row.end_sample),
            p: row.p,
            verified: row.verified,
        });
    }
    for row in sqlx::query_file!("queries/segment/of_windows.sql", windows).fetch_all(transaction).await.doing(DOING)? {
        segments.entry(row.window_id).or_default().push(Segment {
            range: rows::range(row.first_sample, row.end_sample)?,
            speaker: row.speaker,
            text: row.text,
            hearing: row.hearing.parse().reading("hearing")?,
            words: words.remove(&(row.window_id, row.ordinal)).unwrap_or_default(),
        });
    }
    Ok(segments)
}

async fn read_intervals(
    transaction: &mut PgConnection,
    windows: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Interval>>, StoreError> {
    let mut intervals: HashMap<Uuid, Vec<Interval>> = HashMap::new();
    let rows = sqlx::query_file!("queries/coverage_interval/of_windows.sql", windows);
    for row in rows.fetch_all(transaction).await.doing(DOING)? {
        intervals.entry(row.window_id).or_default().push(Interval {
            range: rows::range(row.first_sample, row.end_sample)?,
            state: row.state.parse().reading("coverage state")?,
            reason: row.reason.as_deref().map(str::parse).transpose().reading("coverage reason")?,
        });
    }
    Ok(intervals)
}
