//! Flags: where a person should listen, and why. A pointer, never a verdict.

use chrono::{DateTime, Utc};
use domain::{Category, FlagStatus, Severity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Dossier, Probability, instant};

/// Findings of one category that overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
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
    #[serde(with = "instant")]
    pub wall: DateTime<Utc>,
    /// What it is about.
    pub category: Category,
    /// The highest of its findings.
    pub severity: Severity,
    /// The highest of its findings.
    pub score: Probability,
    /// What machines know of it.
    pub status: FlagStatus,
    /// Listeners at its first sample; null where unknown.
    pub reach: Option<i64>,
    /// Listeners times time until something was done; null where the listeners are unknown.
    pub exposure: Option<Exposure>,
    /// All that was said in its range: the words whose middle lies in it.
    pub words: String,
    /// In order of their range, then id.
    pub findings: Vec<Finding>,
    /// The case that it belongs to, where somebody opened one.
    pub case: Option<Uuid>,
}

/// What one rule or one classifier head reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id.
    pub finding: Uuid,
    /// When it was found.
    #[serde(with = "instant")]
    pub found: DateTime<Utc>,
    /// The rule; null where a head found it, as for the two below.
    pub rule: Option<String>,
    /// The rule's version.
    pub version: Option<String>,
    /// SHA-256 of the rule's pack.
    pub pack: Option<String>,
    /// The classifier head; null where a rule found it, as for the model.
    pub head: Option<String>,
    /// SHA-256 of the head's model.
    pub model: Option<String>,
    /// How much is at stake if it is right.
    pub severity: Severity,
    /// How sure it is.
    pub score: Probability,
    /// What machines know of it.
    pub status: FlagStatus,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// The words that carry it.
    pub words: String,
    /// What explains it, for people.
    pub why: String,
    /// The deletion that took its words and what explains it; null while they stand.
    pub erased: Option<Uuid>,
}

/// Listeners times time, from a flag's first sample on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Listener-seconds, rounded down.
    pub listener_seconds: i64,
    /// Until when it was counted.
    #[serde(with = "instant")]
    pub until: DateTime<Utc>,
    /// What ended it.
    pub ended_by: ExposureEnd,
}

domain::closed! {
    /// What ended an exposure.
    ExposureEnd "end of an exposure" {
        /// A measure took effect.
        Measure = "measure",
        /// The connection ended, and nothing had been done.
        EpochEnd = "epoch_end",
    }
}

impl Dossier {
    /// Listeners times time from a flag's first sample on, until the first measure on its case took effect or the
    /// connection ended: sound that is gone reaches nobody. None where the listeners are unknown.
    pub fn exposure_of(&self, flag: &Flag) -> Option<Exposure> {
        let gone = self.epoch(&flag.stream, flag.epoch)?.end().max(flag.wall);
        let case = self.cases.iter().find(|case| Some(case.case) == flag.case);
        let measures = case.into_iter().flat_map(|case| &case.decisions).filter_map(domain::Decision::measure);
        let first = measures.map(|measure| measure.applied_at.max(flag.wall)).min().filter(|at| *at < gone);
        let until = first.unwrap_or(gone);
        let ended_by = if first.is_some() { ExposureEnd::Measure } else { ExposureEnd::EpochEnd };
        let listener_seconds = if until > flag.wall {
            self.listener_seconds(flag.wall, until)?
        } else {
            self.listeners_at(flag.wall).map(|_| 0)?
        };
        Some(Exposure { listener_seconds, until, ended_by })
    }
}
