//! What was said just before a window, so that rules can match across windows.

use domain::{EpochKey, Hearing, StreamRange, StreamTime, Word};

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    rows::{self, epoch_number, stream_uuid},
};

/// A word of a window before.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextWord {
    /// As heard.
    pub word: Word,
    /// Who speaks, where the source says so.
    pub speaker: Option<String>,
    /// How far it can be relied on.
    pub hearing: Hearing,
}

/// The words before a sample, and what is missing among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// In order of time.
    pub words: Vec<ContextWord>,
    /// The last stretch that was lost or put off; nothing may be matched across it.
    pub gap: Option<StreamRange>,
}

impl Store {
    /// The words of stored windows that begin in the `samples` before `first`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn words_before(&self, key: &EpochKey, first: StreamTime, samples: i64) -> Result<Context, StoreError> {
        const DOING: &str = "read the words before a window";
        let (stream, epoch) = (stream_uuid(key), epoch_number(key.epoch));
        let (from, first) = (first.samples().saturating_sub(samples).max(0), first.samples());
        let rows = sqlx::query_file!("queries/word/before.sql", stream, epoch, from, first)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let mut words = Vec::with_capacity(rows.len());
        for row in rows {
            let word = Word {
                text: row.text,
                first: StreamTime::from_samples(row.first_sample),
                end: StreamTime::from_samples(row.end_sample),
                p: row.p,
                verified: row.verified,
            };
            words.push(ContextWord { word, speaker: row.speaker, hearing: row.hearing.parse().reading("hearing")? });
        }
        let gap = sqlx::query_file!("queries/coverage_interval/gap_before.sql", stream, epoch, from, first)
            .fetch_optional(&self.pool)
            .await
            .doing(DOING)?;
        let gap = gap.map(|row| rows::range(row.first_sample, row.end_sample)).transpose()?;
        Ok(Context { words, gap })
    }
}
