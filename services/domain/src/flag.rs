//! Findings: what one rule or one classifier head reports on a range of a stream.

use serde::{Deserialize, Serialize};

use crate::{
    closed::{Category, FlagStatus, Severity},
    ids::{FindingId, FlagId, finding_id, flag_id},
    time::StreamRange,
    window::EpochKey,
};

/// What carried a finding: the rule or the head, and the exact version of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Carrier {
    /// A rule of a pack.
    Rule {
        /// The rule's permanent id.
        id: String,
        /// Its version.
        version: String,
        /// SHA-256 of the pack, lower-case hex.
        pack: String,
    },
    /// A head of a classifier.
    Head {
        /// The head's name.
        name: String,
        /// SHA-256 of the model, lower-case hex.
        model: String,
    },
}

impl Carrier {
    /// `rule:<id>` or `head:<name>`: what names it in a finding's identity. Versions are evidence, not identity.
    pub fn name(&self) -> String {
        match self {
            Self::Rule { id, .. } => format!("rule:{id}"),
            Self::Head { name, .. } => format!("head:{name}"),
        }
    }
}

/// Where a finding lies: in the stream, and among the words it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRange {
    /// From the first word that carries it to the last.
    pub range: StreamRange,
    /// Those words, joined by spaces.
    pub words: String,
}

/// What one rule or one head reports on a range of a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// In which epoch.
    pub key: EpochKey,
    /// Who says so.
    pub carrier: Carrier,
    /// Where, and on which words.
    pub place: FindingRange,
    /// What it is about.
    pub category: Category,
    /// How much is at stake if it is right.
    pub severity: Severity,
    /// How sure it is, 0 to 1: a calibrated probability of a head, 1 for an exact rule.
    pub score: f32,
    /// `suppressed` where an exclusion holds or the text is suspect, else `provisional`.
    pub status: FlagStatus,
    /// The exclusions that hold, the words that weighed most: what explains it, as plain text for people.
    pub why: String,
}

impl Finding {
    /// Its id, a function of stream, epoch, rule or head, and range: a replay gives the same.
    pub fn id(&self) -> FindingId {
        finding_id(self.key.stream_id(), self.key.epoch, &self.carrier.name(), self.place.range)
    }

    /// The id of the flag that it opens, where no flag of its category overlaps it.
    pub fn opens(&self) -> FlagId {
        flag_id(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Epoch;

    fn finding(version: &str, first: i64) -> Finding {
        Finding {
            key: EpochKey { room: "r".parse().unwrap(), stream: "s".parse().unwrap(), epoch: Epoch::new(0) },
            carrier: Carrier::Rule { id: "threat.kill".into(), version: version.into(), pack: "00".into() },
            place: FindingRange {
                range: StreamRange::from_samples(first, first + 100).unwrap(),
                words: "I will kill you".into(),
            },
            category: Category::Threat,
            severity: Severity::High,
            score: 1.0,
            status: FlagStatus::Provisional,
            why: String::new(),
        }
    }

    #[test]
    fn a_replay_with_a_newer_version_names_the_same_finding() {
        assert_eq!(finding("1.0.0", 0).id(), finding("1.1.0", 0).id());
        assert_ne!(finding("1.0.0", 0).id(), finding("1.0.0", 1).id());
    }
}
