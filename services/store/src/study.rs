//! Accuracy studies: windows drawn by lot, labelled blind by two people, by a third where the two differ.

use chrono::{DateTime, Utc};
use domain::{Category, ReviewerId};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    audit::Change,
    connect::Store,
    error::{Doing, Reading, StoreError},
    json as told,
};

const DOING: &str = "keep an accuracy study";
const READING: &str = "read an accuracy study";

/// What a study is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Study {
    /// Its id.
    pub study: Uuid,
    /// What people look for.
    pub category: Category,
    /// The rule's id or the head's name.
    pub detector: String,
    /// First twelve digits of the hashes of the packs or models that it ran from.
    pub versions: Vec<String>,
    /// Windows that began from then on.
    #[serde(serialize_with = "told::instant")]
    pub from: DateTime<Utc>,
    /// And before then.
    #[serde(serialize_with = "told::instant")]
    pub until: DateTime<Utc>,
    /// Entries of the audit log that the frame is from.
    pub log_size: u64,
    /// What the lot was drawn with.
    pub seed: String,
    /// When.
    #[serde(serialize_with = "told::instant")]
    pub drawn_at: DateTime<Utc>,
    /// When it was closed.
    #[serde(serialize_with = "told::maybe_instant")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A study to be drawn.
#[derive(Clone, Debug)]
pub struct NewStudy {
    /// What people look for.
    pub category: Category,
    /// The rule's id or the head's name.
    pub detector: String,
    /// Windows that began from then on.
    pub from: DateTime<Utc>,
    /// And before then.
    pub until: DateTime<Utc>,
    /// Entries of the audit log that the frame is from: a checkpoint's size.
    pub log_size: u64,
    /// One language alone, in two or three letters.
    pub language: Option<String>,
    /// What the lot is drawn with.
    pub seed: String,
    /// Windows to draw of those that the detector flagged.
    pub flagged: u32,
    /// Windows to draw of the others.
    pub unflagged: u32,
}

/// An item as a labeller sees it: nothing of what a machine or another person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StudyItem {
    /// Its number in the study.
    pub item: i32,
    /// Its room; null where the window is gone.
    pub room: Option<String>,
    /// Its stream.
    pub stream: Option<String>,
    /// When it was said.
    #[serde(serialize_with = "told::maybe_instant")]
    pub at: Option<DateTime<Utc>>,
    /// The language heard.
    pub language: String,
    /// What was said before it.
    pub before: Option<String>,
    /// What was said.
    pub text: Option<String>,
}

/// One part of a study's frame, and what was said of what was drawn from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StudyCount {
    /// The language heard.
    pub language: String,
    /// Whether the detector flagged it.
    pub is_flagged: bool,
    /// Windows of the period.
    pub population: u64,
    /// Drawn.
    pub drawn: u64,
    /// Labelled by two people.
    pub labelled: u64,
    /// Of these, violations: by both, or by the third where the two differed.
    pub violations: u64,
    /// Violations by both.
    pub both: u64,
    /// By the first alone.
    pub first_alone: u64,
    /// By the second alone.
    pub second_alone: u64,
    /// By neither.
    pub neither: u64,
}

fn number(count: i64) -> Result<u64, StoreError> {
    u64::try_from(count).reading("count")
}

impl Store {
    /// Draws a study; gives its id and how many windows the frame has: flagged, and not.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn draw_study(&self, new: &NewStudy, now: DateTime<Utc>) -> Result<(Uuid, u64, u64), StoreError> {
        let NewStudy { category, detector, from, until, log_size, language, seed, flagged, unflagged } = new;
        let (id, size) = (self.new_id(now), log_size.cast_signed());
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        sqlx::query_file!("queries/study/add.sql", id, category.as_str(), detector, from, until, size, seed, now)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let frame = sqlx::query_file!(
            "queries/study/draw.sql",
            id,
            from,
            until,
            detector,
            size,
            language.as_deref(),
            seed,
            i64::from(*flagged),
            i64::from(*unflagged)
        )
        .fetch_one(&mut *transaction)
        .await
        .doing(DOING)?;
        let (all_flagged, all_others) = (number(frame.flagged)?, number(frame.unflagged)?);
        let payload = json!({
            "category": category,
            "detector": detector,
            "from": told_instant(*from),
            "until": told_instant(*until),
            "log_size": log_size,
            "language": language,
            "seed": seed,
            "frame": { "flagged": all_flagged, "unflagged": all_others },
            "asked": { "flagged": flagged, "unflagged": unflagged },
        });
        self.record_study(&mut transaction, "study.drawn", id, payload, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok((id, all_flagged, all_others))
    }

    /// The next item for this person: to label, or to decide where two others differ.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn next_study_item(
        &self,
        study: Uuid,
        person: &ReviewerId,
        adjudicates: bool,
    ) -> Result<Option<StudyItem>, StoreError> {
        self.require_study(study).await?;
        macro_rules! next {
            ($file:literal) => {{
                let row = sqlx::query_file!($file, study, person.as_str()).fetch_optional(&self.pool).await;
                row.doing(READING)?.map(|row| StudyItem {
                    item: row.ordinal,
                    room: row.room,
                    stream: row.stream,
                    at: row.at,
                    language: row.language,
                    before: row.before,
                    text: row.text,
                })
            }};
        }
        Ok(if adjudicates { next!("queries/study/next_differing.sql") } else { next!("queries/study/next.sql") })
    }

    /// Keeps what a person says of an item; false where they may not say it: two labels are there, the person decides what
    /// they labelled, nobody differs, or the study is closed.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for a second label by one person, or if the database does not answer.
    pub async fn label_study_item(
        &self,
        study: Uuid,
        item: i32,
        person: &ReviewerId,
        is_violation: bool,
        adjudicates: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let person_name = person.as_str();
        let done = if adjudicates {
            sqlx::query_file!("queries/study/adjudicate.sql", study, item, person_name, is_violation, now)
                .execute(&mut *transaction)
                .await
        } else {
            sqlx::query_file!("queries/study/label.sql", study, item, person_name, is_violation, now)
                .execute(&mut *transaction)
                .await
        };
        if done.doing(DOING)?.rows_affected() == 0 {
            return Ok(false);
        }
        let action = if adjudicates { "study.adjudicated" } else { "study.labelled" };
        let payload = json!({ "item": item, "person": person, "is_violation": is_violation });
        self.record_study(&mut transaction, action, study, payload, now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(true)
    }

    /// Closes a study in which nothing waits; else gives how many items wait for a label or a verdict.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for one that is closed, or if the database does not answer.
    pub async fn close_study(&self, study: Uuid, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.require_study(study).await?;
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let waiting = sqlx::query_file!("queries/study/waiting.sql", study).fetch_one(&mut *transaction).await;
        let waiting = number(waiting.doing(READING)?.count)?;
        if waiting > 0 {
            return Ok(waiting);
        }
        sqlx::query_file!("queries/study/close.sql", study, now).execute(&mut *transaction).await.doing(DOING)?;
        self.record_study(&mut transaction, "study.closed", study, json!({}), now).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(0)
    }

    /// Every study in the order of drawing.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a row does not read back.
    pub async fn studies(&self) -> Result<Vec<Study>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        studies(&mut connection, None).await
    }

    /// What was drawn and said in a study.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn study_counts(&self, study: Uuid) -> Result<Vec<StudyCount>, StoreError> {
        let mut connection = self.pool.acquire().await.doing(READING)?;
        counts(&mut connection, study).await
    }

    async fn require_study(&self, study: Uuid) -> Result<(), StoreError> {
        let known = self.studies().await?.iter().any(|known| known.study == study);
        let missing = || StoreError::NotFound { what: "study", name: study.to_string(), similar: Vec::new() };
        known.then_some(()).ok_or_else(missing)
    }

    async fn record_study(
        &self,
        transaction: &mut PgConnection,
        action: &'static str,
        study: Uuid,
        payload: serde_json::Value,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let change = Change { action, entity: "study", entity_id: study.to_string(), room: None, payload };
        self.record(transaction, now, change).await
    }
}

fn told_instant(at: DateTime<Utc>) -> String {
    ledger::format_instant(at)
}

/// Studies; with a freeze and a period, those closed by then over a period within it.
pub(crate) async fn studies(
    connection: &mut PgConnection,
    frozen: Option<(i64, DateTime<Utc>, DateTime<Utc>)>,
) -> Result<Vec<Study>, StoreError> {
    let (size, from, until) =
        frozen.map_or((None, None, None), |(size, from, until)| (Some(size), Some(from), Some(until)));
    let rows = sqlx::query_file!("queries/study/all.sql", size, from, until).fetch_all(connection).await;
    let mut studies = Vec::new();
    for row in rows.doing(READING)? {
        studies.push(Study {
            study: row.study_id,
            category: row.category.parse().reading("category of a study")?,
            detector: row.detector,
            versions: row.versions,
            from: row.period_from,
            until: row.period_until,
            log_size: row.log_size.cast_unsigned(),
            seed: row.seed,
            drawn_at: row.drawn_at,
            closed_at: row.closed_at,
        });
    }
    Ok(studies)
}

/// What was drawn and said in a study.
pub(crate) async fn counts(connection: &mut PgConnection, study: Uuid) -> Result<Vec<StudyCount>, StoreError> {
    let rows = sqlx::query_file!("queries/study/counts.sql", study).fetch_all(connection).await;
    let mut counts = Vec::new();
    for row in rows.doing(READING)? {
        counts.push(StudyCount {
            language: row.language,
            is_flagged: row.is_flagged,
            population: number(row.population)?,
            drawn: number(row.drawn)?,
            labelled: number(row.labelled)?,
            violations: number(row.violations)?,
            both: number(row.both)?,
            first_alone: number(row.first_alone)?,
            second_alone: number(row.second_alone)?,
            neither: number(row.neither)?,
        });
    }
    Ok(counts)
}
