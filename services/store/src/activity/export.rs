//! Reports that were handed out, with what makes the same bytes again.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, Reading, StoreError},
};

const DOING: &str = "record an export";

/// Why and how a report was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Day of the change.
    pub changed_on: NaiveDate,
    /// Why the figures were wrong.
    pub reason: String,
    /// How the new ones were made.
    pub method: String,
}

/// A version of a report as it was handed out last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// 1 for the first.
    pub version: u32,
    /// Entries of the audit log that were counted.
    pub log_size: u64,
    /// What the provider said and no row tells.
    pub facts: String,
    /// Of a version after the first.
    pub correction: Option<Correction>,
    /// SHA-256 of each file by its name, in hexadecimal digits.
    pub files: BTreeMap<String, String>,
}

/// An export to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct NewExport<'a> {
    /// Name of the service.
    pub service: &'a str,
    /// First day of the period.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// What was handed out.
    pub export: &'a Export,
}

impl Store {
    /// Records that a report was handed out.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn report_exported(&self, new: &NewExport<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let NewExport { service, from, to, export } = *new;
        let (id, version) = (self.new_id(now), i32::try_from(export.version).reading("version of a report")?);
        let correction = export.correction.as_ref().map(|correction| json!(correction));
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        sqlx::query_file!(
            "queries/report_export/add.sql",
            id,
            service,
            from,
            to,
            version,
            export.log_size.cast_signed(),
            export.facts,
            correction,
            json!(export.files),
            now,
        )
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let payload = json!({
            "report": "transparency",
            "from": from,
            "to": to,
            "version": version,
            "log_size": export.log_size,
            "files": export.files,
        });
        let change =
            Change { action: "report.exported", entity: "report", entity_id: id.to_string(), room: None, payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing(DOING)
    }

    /// Every version of a report that was handed out, in order; of one that was handed out often, the last.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn report_exports(
        &self,
        service: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Export>, StoreError> {
        let rows = sqlx::query_file!("queries/report_export/of_period.sql", service, from, to)
            .fetch_all(&self.pool)
            .await
            .doing("read what was exported")?;
        let mut exports = Vec::with_capacity(rows.len());
        for row in rows {
            exports.push(Export {
                version: u32::try_from(row.version).reading("version of a report")?,
                log_size: row.log_size.cast_unsigned(),
                facts: row.facts,
                correction: row.correction.map(serde_json::from_value).transpose().reading("correction")?,
                files: serde_json::from_value(row.files).reading("list of files")?,
            });
        }
        Ok(exports)
    }
}
