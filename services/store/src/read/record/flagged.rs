//! Flags of a room and their findings.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Category, FlagStatus, Severity};
use uuid::Uuid;

use super::{DOING, RoomRecord};
use crate::{
    error::{Doing, Reading, StoreError},
    rows,
};

/// A flag as its row tells it now, whatever the moment asked for: its findings tell what it was then.
#[derive(Clone, Debug, PartialEq)]
pub struct FlagRecord {
    /// Its id.
    pub flag: Uuid,
    /// The stream's name.
    pub stream: String,
    /// The epoch's number.
    pub epoch: u32,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Wall time of its first sample.
    pub wall: DateTime<Utc>,
    /// What it is about.
    pub category: Category,
    /// The highest of its findings.
    pub severity: Severity,
    /// The highest of its findings.
    pub score: f32,
    /// What machines know of it.
    pub status: FlagStatus,
    /// Listeners at its first sample.
    pub reach: Option<i64>,
    /// In order of their range, then id.
    pub findings: Vec<FindingRecord>,
}

/// What one rule or one head reports.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRecord {
    /// Its id.
    pub finding: Uuid,
    /// When it was found.
    pub found: DateTime<Utc>,
    /// The rule.
    pub rule: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// SHA-256 of its pack.
    pub pack: Option<String>,
    /// The head.
    pub head: Option<String>,
    /// SHA-256 of its model.
    pub model: Option<String>,
    /// How much is at stake.
    pub severity: Severity,
    /// How sure it is.
    pub score: f32,
    /// What machines know of it.
    pub status: FlagStatus,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// The words that carry it.
    pub words: String,
    /// What explains it.
    pub why: String,
    /// The deletion that took its words and what explains it.
    pub erased: Option<Uuid>,
}

impl RoomRecord {
    /// Its flags, suppressed ones too, by wall time, with the findings made by then.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn flags(&mut self) -> Result<Vec<FlagRecord>, StoreError> {
        let mut findings = self.findings().await?;
        let rows = sqlx::query_file!("queries/flag/record.sql", self.room.as_str(), self.as_of)
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?;
        let mut flags = Vec::with_capacity(rows.len());
        for row in rows {
            flags.push(FlagRecord {
                flag: row.flag_id,
                stream: row.stream,
                epoch: rows::epoch(row.epoch)?.number(),
                first: row.first_sample,
                end: row.end_sample,
                wall: row.began_at,
                category: row.category.parse().reading("category")?,
                severity: row.severity.parse().reading("severity")?,
                score: row.score,
                status: row.status.parse().reading("status of a flag")?,
                reach: row.reach,
                findings: findings.remove(&row.flag_id).unwrap_or_default(),
            });
        }
        Ok(flags)
    }

    async fn findings(&mut self) -> Result<HashMap<Uuid, Vec<FindingRecord>>, StoreError> {
        let mut findings: HashMap<Uuid, Vec<FindingRecord>> = HashMap::new();
        for row in sqlx::query_file!("queries/finding/record.sql", self.room.as_str(), self.as_of)
            .fetch_all(&mut *self.snapshot)
            .await
            .doing(DOING)?
        {
            findings.entry(row.flag_id).or_default().push(FindingRecord {
                finding: row.finding_id,
                found: row.found_at,
                rule: row.rule_id,
                version: row.rule_version,
                pack: row.pack_hash,
                head: row.head,
                model: row.model_sha256,
                severity: row.severity.parse().reading("severity")?,
                score: row.score,
                status: row.status.parse().reading("status of a finding")?,
                first: row.first_sample,
                end: row.end_sample,
                words: row.words,
                why: row.why,
                erased: row.erased_by,
            });
        }
        Ok(findings)
    }
}
