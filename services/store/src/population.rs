//! Closed populations for auditors: every room, window, flag or decision of a period, as the audit log tells of them.
//!
//! The log, not the table, says who belongs: a row that was removed stands in the list as gone, and a row that the log does
//! not know is counted. So nothing can be left out of the frame that a sample is drawn from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, Reading, StoreError},
    json as told,
};

const DOING: &str = "list a population";

domain::closed! {
    /// What a population is of.
    PopulationOf "population" {
        Rooms = "rooms",
        Windows = "windows",
        Flags = "flags",
        Decisions = "decisions",
    }
}

/// One member, as its line tells it; what does not apply is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// When it was: the begin of a room, window or flag, the time of a decision.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "told::maybe_instant")]
    pub at: Option<DateTime<Utc>>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What pointed there first, with version and hash; of a window the hash of the recogniser's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
    /// Its id.
    pub id: String,
    /// The log tells of it, and its row is not there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
    /// A later decision took its place, or that of the one on its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_reversed: Option<bool>,
    /// The language heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The last decision, up to the freeze: `restrict` or `no_action`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Its room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Where the restriction holds: `union`, `economic_area`, or states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The highest score of a machine, in decimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// Its place in the audit log.
    pub seq: i64,
    /// What machines know of a flag; whether a person or a machine decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

struct Row {
    seq: i64,
    id: String,
    is_gone: bool,
    room: Option<String>,
    at: Option<DateTime<Utc>>,
    language: Option<String>,
    category: Option<String>,
    detector: Option<String>,
    score: Option<String>,
    status: Option<String>,
    outcome: Option<String>,
    scope: Option<String>,
    is_reversed: Option<bool>,
}

impl From<Row> for Member {
    fn from(row: Row) -> Self {
        let Row {
            seq,
            id,
            is_gone,
            room,
            at,
            language,
            category,
            detector,
            score,
            status,
            outcome,
            scope,
            is_reversed,
        } = row;
        Self { at, category, detector, id, is_gone, is_reversed, language, outcome, room, scope, score, seq, status }
    }
}

/// What is listed.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Of what.
    pub of: PopulationOf,
    /// From then on.
    pub from: DateTime<Utc>,
    /// Before then.
    pub until: DateTime<Utc>,
    /// In the first entries of the audit log.
    pub log_size: u64,
}

impl Store {
    /// The members that entries `[first, end)` of the audit log tell of, in its order. A stretch of the log, not a number of
    /// members, bounds the work of one call.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn population(&self, frame: &Frame, first: u64, end: u64) -> Result<Vec<Member>, StoreError> {
        let Frame { of, from, until, log_size } = *frame;
        let (size, first, end) = (log_size.cast_signed(), first.cast_signed(), end.cast_signed());
        macro_rules! list {
            ($file:literal) => {
                sqlx::query_file_as!(Row, $file, first, size, from, until, end).fetch_all(&self.pool).await
            };
        }
        let rows = match of {
            PopulationOf::Rooms => list!("queries/population/rooms.sql"),
            PopulationOf::Windows => list!("queries/population/windows.sql"),
            PopulationOf::Flags => list!("queries/population/flags.sql"),
            PopulationOf::Decisions => list!("queries/population/decisions.sql"),
        };
        Ok(rows.doing(DOING)?.into_iter().map(Member::from).collect())
    }

    /// Rows of the period that the audit log does not tell of: nought, unless somebody wrote past it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn population_unlogged(&self, frame: &Frame) -> Result<u64, StoreError> {
        let Frame { of, from, until, .. } = *frame;
        let row = sqlx::query_file!("queries/population/unlogged.sql", of.as_str(), from, until)
            .fetch_one(&self.pool)
            .await
            .doing(DOING)?;
        u64::try_from(row.count).reading("count")
    }

    /// Records that a population was handed out.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn population_exported(
        &self,
        of: &str,
        members: u64,
        root: &str,
        log_size: u64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("record an export")?;
        let payload = json!({ "of": of, "members": members, "root": root, "log_size": log_size });
        let entity_id = root.to_owned();
        let change = Change { action: "population.exported", entity: "population", entity_id, room: None, payload };
        self.record(&mut transaction, now, change).await?;
        transaction.commit().await.doing("record an export")
    }
}
