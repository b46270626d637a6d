//! Windows as they were heard, to hear them again.

use domain::{EpochKey, StreamRange};
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Doing, StoreError},
    rows,
};

/// A window as it was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardLine {
    /// Its id.
    pub window: Uuid,
    /// Its epoch.
    pub key: EpochKey,
    /// Its samples.
    pub range: StreamRange,
    /// The language expected.
    pub language: String,
    /// SHA-256 of the model; none where nobody spoke.
    pub model_sha256: Option<String>,
    /// Settings, as they were written down.
    pub settings: Option<String>,
    /// Whether it begins without a pause.
    pub seam_before: bool,
    /// Whether it ends without one.
    pub seam_after: bool,
    /// Its words, in order.
    pub words: Vec<String>,
}

impl Store {
    /// The windows of those ids, and those that flags of those ids touch, by epoch and place.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn heard_windows(&self, ids: &[Uuid]) -> Result<Vec<HeardLine>, StoreError> {
        let rows = sqlx::query_file!("queries/window/heard.sql", ids).fetch_all(&self.pool).await;
        let mut lines = Vec::new();
        for row in rows.doing("read windows as they were heard")? {
            lines.push(HeardLine {
                window: row.window_id,
                key: rows::key(&row.room_id, &row.stream, row.epoch)?,
                range: rows::range(row.first_sample, row.end_sample)?,
                language: row.language,
                model_sha256: row.model_sha256,
                settings: row.settings,
                seam_before: row.seam_before,
                seam_after: row.seam,
                words: row.words,
            });
        }
        Ok(lines)
    }
}
