//! The harmonised transparency report from the record: counted by the database, frozen at a checkpoint, made again at will.

mod facts;
mod fill;

use std::{collections::BTreeMap, fmt::Write};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use report_formats::transparency::{
    BuildError, Report,
    activity::{Activity, Exposure, Freeze},
    report::Period,
    version::{self, CorrectError, Corrected},
    write::{self, File, WriteError},
};
use sha2::{Digest, Sha256};
use store::{Correction, Export, NewExport, Store, StoreError};

pub use facts::{Facts, FactsError, TEMPLATE};
pub use fill::NoCategory;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The period.
    pub period: Period,
    /// The facts, as their file has them: kept with the export, so that it can be made again.
    pub facts: &'a str,
    /// The last checkpoint up to then is what counts; none for one that covers all that was done.
    pub as_of: Option<DateTime<Utc>>,
    /// Makes a further version of what was handed out, and says why; none for a first version.
    pub correction: Option<&'a Correction>,
}

/// A report with all that is said beside it.
#[derive(Clone, Debug)]
pub struct Made {
    /// The sheets, and a list of changes with a correction.
    pub files: Vec<File>,
    /// What was counted.
    pub freeze: store::Freeze,
    /// What was handed out, to be recorded.
    pub export: Export,
    /// Name of the service.
    pub service: String,
    /// Facts that the provider owes and has not told, by their keys.
    pub missing: Vec<&'static str>,
    /// What the reader must know besides: things that the sheets have no place for, a period that has not ended.
    pub remarks: Vec<String>,
    /// Cells that a correction changes.
    pub changes: usize,
}

/// There is no report.
#[derive(Debug, thiserror::Error)]
pub enum SheetsError {
    /// The facts cannot be used.
    #[error("the facts cannot be used")]
    Facts(#[from] FactsError),
    /// The rows cannot be read.
    #[error("the record cannot be read")]
    Store(#[from] StoreError),
    /// No checkpoint that could be counted up to.
    #[error("no signed head of the audit log says what to count{}", told(*as_of))]
    NoFreeze {
        /// Up to when one was asked for.
        as_of: Option<DateTime<Utc>>,
    },
    /// A row in a category of another version.
    #[error("the record holds what no sheet has")]
    Category(#[from] NoCategory),
    /// What was counted does not fit the sheets.
    #[error("the sheets cannot be filled")]
    Build(#[from] BuildError),
    /// The sheets could not be written.
    #[error("the sheets cannot be written")]
    Write(#[from] WriteError),
    /// Nothing was handed out that could be corrected.
    #[error("no report of {service} for {period} was handed out yet: there is nothing to correct")]
    NothingToCorrect {
        /// The service.
        service: String,
        /// The period.
        period: String,
    },
    /// No correction.
    #[error("this corrects nothing")]
    Correct(#[from] CorrectError),
    /// What was handed out cannot be made again: the record was changed, or another version of the program made it.
    #[error("{file} of version {version} comes out otherwise than it was handed out")]
    NotReproduced {
        /// The version.
        version: u32,
        /// The first file that differs.
        file: String,
    },
}

fn told(as_of: Option<DateTime<Utc>>) -> String {
    as_of.map_or_else(
        || ": `earwitness up` signs one within a second".to_owned(),
        |at| format!(" up to {}", at.format("%Y-%m-%dT%H:%M:%SZ")),
    )
}

/// Makes a report; the same request over the same record gives the same bytes. Nothing is recorded: see [`record`].
///
/// # Errors
/// [`SheetsError`] says what is missing or does not fit.
pub async fn transparency(store: &Store, request: Request<'_>) -> Result<Made, SheetsError> {
    let facts = Facts::parse(request.facts)?;
    let freeze = match request.as_of {
        Some(at) => store.freeze_at(at).await?,
        None => store.freeze_last().await?,
    };
    let freeze = freeze.ok_or(SheetsError::NoFreeze { as_of: request.as_of })?;
    let (report, mut remarks) = count(store, request.period, &facts, &freeze).await?;
    let (files, version, changes) = match request.correction {
        None => (write::files(&report)?, 1, 0),
        Some(correction) => {
            let before = Box::pin(last_version(store, request.period, facts.service())).await?;
            let corrected = version::correct(&before, report, told_correction(correction))?;
            (corrected.files()?, corrected.report.version, corrected.changes.len())
        }
    };
    if freeze.as_of < end_of(request.period) {
        remarks.push("the period has not ended at the freeze: these figures are not final".to_owned());
    }
    let export = Export {
        version,
        log_size: freeze.log_size,
        facts: request.facts.to_owned(),
        correction: request.correction.cloned(),
        files: hashes(&files),
    };
    let (service, missing) = (facts.service().to_owned(), facts.missing());
    Ok(Made { files, freeze, export, service, missing, remarks, changes })
}

/// Records in the audit log that a report was handed out.
///
/// # Errors
/// [`StoreError`] if the database does not answer.
pub async fn record(store: &Store, period: Period, made: &Made, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (from, to) = (period.start(), period.end());
    store.report_exported(&NewExport { service: &made.service, from, to, export: &made.export }, now).await
}

fn told_correction(correction: &Correction) -> version::Correction {
    let Correction { changed_on, reason, method } = correction.clone();
    version::Correction { changed_on, reason, method }
}

/// Makes the version that was handed out last again, and each before it, and compares their bytes with what is on record.
async fn last_version(store: &Store, period: Period, service: &str) -> Result<Report, SheetsError> {
    let mut last: Option<Report> = None;
    for export in store.report_exports(service, period.start(), period.end()).await? {
        let facts = Facts::parse(&export.facts)?;
        let freeze = store.freeze_of(export.log_size).await?.ok_or(SheetsError::NoFreeze { as_of: None })?;
        let (report, _) = count(store, period, &facts, &freeze).await?;
        let (report, files) = if let Some((before, correction)) = last.take().zip(export.correction.as_ref()) {
            let corrected: Corrected = version::correct(&before, report, told_correction(correction))?;
            let files = corrected.files()?;
            (corrected.report, files)
        } else {
            let files = write::files(&report)?;
            (report, files)
        };
        if let Some((file, _)) = hashes(&files).iter().find(|(name, hash)| export.files.get(*name) != Some(*hash)) {
            return Err(SheetsError::NotReproduced { version: export.version, file: file.clone() });
        }
        last = Some(report);
    }
    last.ok_or_else(|| SheetsError::NothingToCorrect { service: service.to_owned(), period: period.to_string() })
}

/// SHA-256 of each file by its name.
fn hashes(files: &[File]) -> BTreeMap<String, String> {
    files.iter().map(|file| (file.name.clone(), hex(&Sha256::digest(&file.bytes)))).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The beginning of a day; days are those of UTC.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn end_of(period: Period) -> DateTime<Utc> {
    midnight(period.end().checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
}

async fn count(
    store: &Store,
    period: Period,
    facts: &Facts,
    freeze: &store::Freeze,
) -> Result<(Report, Vec<String>), SheetsError> {
    let counted = store.activity(midnight(period.start()), end_of(period), freeze).await?;
    let filled = fill::fill(&counted)?;
    let mut remarks: Vec<String> = filled.unplaced.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let mut provider = facts.provider();
    if !provider.monetised && counted.measures.iter().any(|measure| measure.monetary.is_some()) {
        remarks.push("payments were restricted, so the monetary columns are filled, whatever the facts say".to_owned());
        provider.monetised = true;
    }
    let store::ExposureCount { minutes, known, unknown } = counted.exposure;
    let exposure = Exposure { violative: minutes, all: None, known, unknown };
    let activity = Activity {
        provider,
        period,
        published: facts.published().unwrap_or_else(|| freeze.as_of.date_naive()),
        previous: facts.previous(),
        freeze: Some(Freeze { as_of: freeze.as_of, log_size: freeze.log_size, root: hex(&freeze.root) }),
        remarks: facts.remarks()?,
        orders: filled.orders,
        notices: filled.notices,
        illegal: filled.illegal,
        terms: filled.terms,
        appeals: filled.appeals,
        automation: filled.automation,
        staff: facts.staff()?,
        recipients: facts.recipients()?,
        words: facts.words(),
        exposure: (known + unknown > 0).then_some(exposure),
    };
    Ok((Report::of(&activity)?, remarks))
}
