//! What was done in a period, counted by the database for the transparency report: memory does not grow with the record.
//!
//! A *freeze* is a checkpoint of the audit log. What counts is what its first entries tell, not what the clock said, so
//! that the same freeze gives the same figures however much is written later, late entries among it. Listener counts and
//! the ends of epochs have no place in the log: the exposure of the last minutes before a freeze may still change.

mod appeals;
mod export;
mod measures;
mod notices;

use chrono::{DateTime, Utc};
use ledger::merkle::Hash;

pub use appeals::{AppealCount, Appeals};
pub use export::{Correction, Export, NewExport};
pub use measures::{ExposureCount, LanguageCount, MeasureCount, Part};
pub use notices::{LabelCodes, NoticeCount, OrderCount};

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    study::{self, Study, StudyCount},
};

const DOING: &str = "count what was done in a period";

/// The state of the record that is counted: the first entries of the audit log, as a checkpoint signed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Entries.
    pub log_size: u64,
    /// The root over them.
    pub root: Hash,
    /// When the checkpoint was signed.
    pub as_of: DateTime<Utc>,
}

/// What is counted, and when: `[from, until)`.
#[derive(Clone, Copy, Debug)]
struct Frame {
    log_size: i64,
    as_of: DateTime<Utc>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// What was done in a period.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// New measures. A decision that takes the place of a restricting one is none, and a reversal takes none back.
    pub measures: Vec<MeasureCount>,
    /// The same by language.
    pub languages: Vec<LanguageCount>,
    /// How much was heard before they took effect.
    pub exposure: ExposureCount,
    /// Notices that came.
    pub notices: Vec<NoticeCount>,
    /// Of these, those decided: whether trusted, the part of machines, how many.
    pub processed: Vec<(bool, Part, u64)>,
    /// Orders that came.
    pub orders: Vec<OrderCount>,
    /// Complaints, disputes, suspensions.
    pub appeals: Appeals,
    /// Accuracy studies over windows of the period, closed by the freeze.
    pub studies: Vec<(Study, Vec<StudyCount>)>,
}

impl Store {
    /// The last checkpoint that was signed up to `at`; none where there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn freeze_at(&self, at: DateTime<Utc>) -> Result<Option<Freeze>, StoreError> {
        let row = sqlx::query_file!("queries/report_export/freeze_at.sql", at).fetch_optional(&self.pool).await;
        row.doing(DOING)?.map(|row| freeze(row.size, &row.root, row.created_at)).transpose()
    }

    /// The first checkpoint that covers all that was done but exports; none where it is not signed yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn freeze_last(&self) -> Result<Option<Freeze>, StoreError> {
        let row = sqlx::query_file!("queries/report_export/freeze_last.sql").fetch_optional(&self.pool).await;
        row.doing(DOING)?.map(|row| freeze(row.size, &row.root, row.created_at)).transpose()
    }

    /// The checkpoint of that size; none where there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn freeze_of(&self, log_size: u64) -> Result<Option<Freeze>, StoreError> {
        let size = log_size.cast_signed();
        let row = sqlx::query_file!("queries/report_export/freeze_of.sql", size).fetch_optional(&self.pool).await;
        row.doing(DOING)?.map(|row| freeze(row.size, &row.root, row.created_at)).transpose()
    }

    /// What was done in `[from, until)`, as the freeze tells it; all of it of one moment.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn activity(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        freeze: &Freeze,
    ) -> Result<Activity, StoreError> {
        let frame = Frame { log_size: freeze.log_size.cast_signed(), as_of: freeze.as_of, from, until };
        let mut snapshot = self.snapshot(DOING).await?;
        let mut studies = Vec::new();
        for study in study::studies(&mut snapshot, Some((frame.log_size, from, until))).await? {
            let counts = study::counts(&mut snapshot, study.study).await?;
            studies.push((study, counts));
        }
        Ok(Activity {
            measures: measures::measures(&mut snapshot, frame).await?,
            languages: measures::languages(&mut snapshot, frame).await?,
            exposure: measures::exposure(&mut snapshot, frame).await?,
            notices: notices::notices(&mut snapshot, frame).await?,
            processed: notices::processed(&mut snapshot, frame).await?,
            orders: notices::orders(&mut snapshot, frame).await?,
            appeals: appeals::appeals(&mut snapshot, frame).await?,
            studies,
        })
    }
}

fn freeze(size: i64, root: &[u8], as_of: DateTime<Utc>) -> Result<Freeze, StoreError> {
    let root = root.try_into().reading("root of a checkpoint")?;
    Ok(Freeze { log_size: size.cast_unsigned(), root, as_of })
}

fn count(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).reading("count")
}

/// Whole seconds, one an event; what took longer than 136 years is told as that.
fn seconds(found: Option<Vec<i64>>) -> Vec<u32> {
    let whole = |seconds: i64| u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
    found.unwrap_or_default().into_iter().map(whole).collect()
}
