//! What an accuracy study came to: confusion, rates with intervals, agreement; in all and by language.
//!
//! Windows are drawn by lot from two strata, those that the detector flagged and all others, so that recall can be told. The
//! estimators and their sources are those of [`report_formats::transparency::measure`]: Wilson's interval for precision,
//! the worst case over two Wilson intervals (Bonferroni) for recall and accuracy. Of one language the lot is a simple
//! random one within each stratum, too, and the language's own population weighs it.

use report_formats::transparency::measure::{Agreement, Estimate, Sample, Stratum};
use serde::Serialize;
use store::{Study, StudyCount};

/// A rate with its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// The rate itself.
    pub rate: f64,
    /// Lower bound of its interval of 95 %.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// Labels against flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Flagged, and a violation.
    pub true_positives: u64,
    /// Flagged, and none.
    pub false_positives: u64,
    /// A violation that was not flagged.
    pub false_negatives: u64,
    /// Neither.
    pub true_negatives: u64,
}

/// What a study came to, in one language or in all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// The language; none for all.
    pub language: Option<String>,
    /// Windows of the period that the detector flagged.
    pub flagged: u64,
    /// The others.
    pub unflagged: u64,
    /// Counts of the sample, not of the period.
    pub confusion: Confusion,
    /// Share of all windows that were judged rightly.
    pub accuracy: Option<Rate>,
    /// Share of flagged windows that are violations.
    pub precision: Option<Rate>,
    /// Share of violations that were flagged.
    pub recall: Option<Rate>,
    /// Agreement of the two people beyond chance (Cohen's kappa).
    pub kappa: Option<f64>,
}

/// The labelled sample of some parts of a frame.
pub(crate) fn sample(counts: &[StudyCount]) -> Sample {
    let mut sample = Sample::default();
    for count in counts {
        let side = if count.is_flagged { &mut sample.flagged } else { &mut sample.unflagged };
        let Stratum { population, sampled, violations } = side;
        *population += count.population;
        *sampled += count.labelled;
        *violations += count.violations;
    }
    sample
}

fn kappa(counts: &[StudyCount]) -> Option<f64> {
    let mut agreement = Agreement::default();
    for count in counts {
        agreement.both += count.both;
        agreement.first_alone += count.first_alone;
        agreement.second_alone += count.second_alone;
        agreement.neither += count.neither;
    }
    agreement.kappa()
}

/// What a report calls the detector, with what its reader must know.
pub(crate) fn name(study: &Study, counts: &[StudyCount]) -> String {
    let agreed = match kappa(counts) {
        Some(kappa) => format!("kappa of two labellers {kappa:.2}"),
        None => "two labellers".to_owned(),
    };
    format!("{} for {} (version {}; {agreed})", study.detector, study.category, study.versions.join(", "))
}

/// What a study came to: in all, then by language.
pub fn findings(counts: &[StudyCount]) -> Vec<Findings> {
    let mut languages: Vec<&str> = counts.iter().map(|count| count.language.as_str()).collect();
    languages.dedup();
    let of = |language: &str| counts.iter().filter(|count| count.language == language).cloned().collect::<Vec<_>>();
    let mut all = vec![found(None, counts)];
    all.extend(languages.iter().map(|language| found(Some((*language).to_owned()), &of(language))));
    all
}

fn found(language: Option<String>, counts: &[StudyCount]) -> Findings {
    let sample = sample(counts);
    let rate = |estimate: Option<Estimate>| estimate.map(|Estimate { rate, low, high }| Rate { rate, low, high });
    let Sample { flagged, unflagged } = sample;
    Findings {
        language,
        flagged: flagged.population,
        unflagged: unflagged.population,
        confusion: Confusion {
            true_positives: flagged.violations,
            false_positives: flagged.sampled.saturating_sub(flagged.violations),
            false_negatives: unflagged.violations,
            true_negatives: unflagged.sampled.saturating_sub(unflagged.violations),
        },
        accuracy: rate(sample.accuracy()),
        precision: rate(sample.precision()),
        recall: rate(sample.recall()),
        kappa: kappa(counts),
    }
}
