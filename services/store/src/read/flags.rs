//! `earwitness flags`: where to listen, and why.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Category, FlagStatus, RoomId, Severity};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    connect::Store,
    error::{Doing, Reading, StoreError},
    json, rows,
};

/// A flag as the command line prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlagLine {
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
    #[serde(serialize_with = "json::instant")]
    pub wall: DateTime<Utc>,
    /// What it is about.
    pub category: Category,
    /// The highest of its findings.
    pub severity: Severity,
    /// The highest of its findings.
    pub score: f32,
    /// What machines know of it.
    pub status: FlagStatus,
    /// Listeners at its first sample; null where unknown.
    pub reach: Option<i64>,
    /// All that was said in its range.
    pub words: String,
    /// In order of their range.
    pub findings: Vec<FindingLine>,
}

/// A finding as the command line prints it: of a rule and its pack, or of a head and its model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FindingLine {
    /// The rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The classifier head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// SHA-256 of the rule's pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// SHA-256 of the head's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How sure it is.
    pub score: f32,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// The words that carry it.
    pub words: String,
}

const DOING: &str = "read the flags of a room";

impl Store {
    /// The flags of a room by wall time; suppressed ones only on request.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a room that nobody opened.
    pub async fn flags(&self, room: &RoomId, include_suppressed: bool) -> Result<Vec<FlagLine>, StoreError> {
        let mut snapshot = self.snapshot(DOING).await?;
        self.read_flags(&mut snapshot, room, include_suppressed).await
    }

    pub(crate) async fn read_flags(
        &self,
        snapshot: &mut PgConnection,
        room: &RoomId,
        include_suppressed: bool,
    ) -> Result<Vec<FlagLine>, StoreError> {
        self.require_room(snapshot, room).await?;
        let mut findings = read_findings(snapshot, room).await?;
        let rows = sqlx::query_file!("queries/flag/of_room.sql", room.as_str(), include_suppressed)
            .fetch_all(snapshot)
            .await
            .doing(DOING)?;
        let mut flags = Vec::with_capacity(rows.len());
        for row in rows {
            flags.push(FlagLine {
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
                words: row.words,
                findings: findings.remove(&row.flag_id).unwrap_or_default(),
            });
        }
        Ok(flags)
    }
}

/// The findings of each flag of a room, in order of their range.
async fn read_findings(
    snapshot: &mut PgConnection,
    room: &RoomId,
) -> Result<HashMap<Uuid, Vec<FindingLine>>, StoreError> {
    let mut findings: HashMap<Uuid, Vec<FindingLine>> = HashMap::new();
    for row in sqlx::query_file!("queries/finding/of_room.sql", room.as_str()).fetch_all(snapshot).await.doing(DOING)? {
        findings.entry(row.flag_id).or_default().push(FindingLine {
            rule: row.rule_id,
            head: row.head,
            pack: row.pack_hash,
            model: row.model_sha256,
            score: row.score,
            first: row.first_sample,
            end: row.end_sample,
            words: row.words,
        });
    }
    Ok(findings)
}
