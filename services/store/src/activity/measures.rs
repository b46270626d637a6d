//! Measures of a period: what they are, how they came about, in which language, and how much was heard before.

use domain::{Account, AutomatedDecision, Monetary, Provision, SourceKind, Visibility};
use sqlx::PgConnection;

use super::{DOING, Frame, LabelCodes, count};
use crate::error::{Doing, Reading, StoreError};

/// The part of machines in a decision.
pub type Part = AutomatedDecision;

/// New measures that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureCount {
    /// What they call the content.
    pub label: LabelCodes,
    /// Whether the ground is the law, not the terms.
    pub is_by_law: bool,
    /// Restrictions of visibility.
    pub visibility: Vec<Visibility>,
    /// Restriction of payments.
    pub monetary: Option<Monetary>,
    /// Restriction of the service.
    pub provision: Option<Provision>,
    /// Restriction of the account.
    pub account: Option<Account>,
    /// What led to them.
    pub source: SourceKind,
    /// The part of machines in deciding.
    pub part: Part,
    /// Whether a machine found the content.
    pub found_by_machine: bool,
    /// How many.
    pub count: u64,
}

/// New measures in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageCount {
    /// The recogniser's code of two or three letters; none where no speech was flagged.
    pub language: Option<String>,
    /// The part of machines in deciding.
    pub part: Part,
    /// How many.
    pub count: u64,
}

/// How much was heard of what a measure was taken on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExposureCount {
    /// Listener-minutes from the first flagged word until the measure took effect or the epoch ended.
    pub minutes: f64,
    /// Measures whose reach is known.
    pub known: u64,
    /// Measures whose reach is not.
    pub unknown: u64,
}

pub(super) fn part(name: &str) -> Part {
    match name {
        "fully" => Part::Fully,
        "partially" => Part::Partially,
        _ => Part::NotAutomated,
    }
}

pub(super) async fn measures(connection: &mut PgConnection, frame: Frame) -> Result<Vec<MeasureCount>, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let rows = sqlx::query_file!("queries/activity/measures.sql", log_size, as_of, from, until);
    let mut measures = Vec::new();
    for row in rows.fetch_all(connection).await.doing(DOING)? {
        let visibility = row.visibility.iter().map(|name| name.parse().reading("restriction of visibility"));
        measures.push(MeasureCount {
            label: LabelCodes { category: row.category, keywords: row.keywords, words: row.free_keyword },
            is_by_law: row.ground == "law",
            visibility: visibility.collect::<Result<_, _>>()?,
            monetary: row.monetary.map(|name| name.parse().reading("restriction of payments")).transpose()?,
            provision: row.provision.map(|name| name.parse().reading("restriction of the service")).transpose()?,
            account: row.account.map(|name| name.parse().reading("restriction of the account")).transpose()?,
            source: row.source.parse().reading("source of a decision")?,
            part: part(&row.part),
            found_by_machine: row.found_by_machine,
            count: count(row.count)?,
        });
    }
    Ok(measures)
}

pub(super) async fn languages(connection: &mut PgConnection, frame: Frame) -> Result<Vec<LanguageCount>, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let rows = sqlx::query_file!("queries/activity/languages.sql", log_size, as_of, from, until);
    let mut languages = Vec::new();
    for row in rows.fetch_all(connection).await.doing(DOING)? {
        languages.push(LanguageCount { language: row.language, part: part(&row.part), count: count(row.count)? });
    }
    Ok(languages)
}

pub(super) async fn exposure(connection: &mut PgConnection, frame: Frame) -> Result<ExposureCount, StoreError> {
    let Frame { log_size, as_of, from, until } = frame;
    let row = sqlx::query_file!("queries/activity/exposure.sql", log_size, as_of, from, until)
        .fetch_one(connection)
        .await
        .doing(DOING)?;
    Ok(ExposureCount { minutes: row.minutes.unwrap_or(0.0), known: count(row.known)?, unknown: count(row.unknown)? })
}
