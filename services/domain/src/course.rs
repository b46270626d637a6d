//! The part that machines had in a case, and the codes that follow from it.
//!
//! The codes are derived from what was recorded and are never an input: who fills in a form by hand gets them wrong, and
//! the database corrects nothing afterwards. Meaning of the codes: the database's explanations, sections 9 and 10.

use serde::{Deserialize, Serialize};

crate::closed! {
    /// The part of machines in deciding, which is not the part in finding: Article 17(3)(c).
    AutomatedDecision "part of machines in a decision" {
        Fully = "AUTOMATED_DECISION_FULLY",
        Partially = "AUTOMATED_DECISION_PARTIALLY",
        NotAutomated = "AUTOMATED_DECISION_NOT_AUTOMATED",
    }

    /// What a reviewer was shown or played before deciding.
    Seen "thing that a reviewer saw or heard" {
        /// The sound itself, heard.
        Clip = "clip",
        /// The transcript. A machine wrote it, but it says nothing on whether the words are allowed.
        Transcript = "transcript",
        /// What a notice or a report claims.
        Notice = "notice",
        /// Which rule or classifier head pointed there, and with it a category: a machine's advice.
        Finding = "finding",
        /// How sure a machine was: a machine's advice.
        Score = "score",
        /// A decision that a machine proposed: a machine's advice.
        Proposal = "proposal",
    }
}

impl Seen {
    /// Whether it tells what a machine holds of the content.
    pub const fn is_advice(self) -> bool {
        matches!(self, Self::Finding | Self::Score | Self::Proposal)
    }
}

/// Who found the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// A rule or a classifier.
    Machine,
    /// A person: a notifier, a listener, a reviewer.
    Person,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// A machine alone.
    Machine,
    /// A person, and what that person was shown or played before.
    Person(Vec<Seen>),
}

/// How a case went, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Who found the content.
    pub found_by: FoundBy,
    /// Whether a machine restricted the content before anybody decided, such as by muting a speaker.
    pub was_restricted_by_machine: bool,
    /// Who decided.
    pub decided_by: DecidedBy,
}

impl Course {
    /// Whether a machine found the content.
    pub fn automated_detection(&self) -> bool {
        self.found_by == FoundBy::Machine
    }

    /// The part of machines in deciding: a person who saw a machine's advice, or met a machine's measure, decided with it.
    pub fn automated_decision(&self) -> AutomatedDecision {
        match &self.decided_by {
            DecidedBy::Machine => AutomatedDecision::Fully,
            DecidedBy::Person(seen) if self.was_restricted_by_machine || seen.iter().any(|thing| thing.is_advice()) => {
                AutomatedDecision::Partially
            }
            DecidedBy::Person(_) => AutomatedDecision::NotAutomated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(muted: bool, decided_by: DecidedBy, expected: AutomatedDecision) {
        let course = Course { found_by: FoundBy::Machine, was_restricted_by_machine: muted, decided_by };
        assert_eq!((course.automated_detection(), course.automated_decision()), (true, expected));
    }

    #[test]
    fn who_heard_the_clip_alone_decided_alone() {
        check(
            false,
            DecidedBy::Person(vec![Seen::Clip, Seen::Transcript, Seen::Notice]),
            AutomatedDecision::NotAutomated,
        );
    }

    #[test]
    fn any_advice_makes_the_decision_partly_automated() {
        for &thing in Seen::ALL.iter().filter(|thing| thing.is_advice()) {
            check(false, DecidedBy::Person(vec![Seen::Clip, thing]), AutomatedDecision::Partially);
        }
    }

    #[test]
    fn a_measure_by_machine_before_counts_whatever_was_seen() {
        check(true, DecidedBy::Person(vec![Seen::Clip]), AutomatedDecision::Partially);
    }

    #[test]
    fn without_a_person_it_is_fully_automated() {
        check(false, DecidedBy::Machine, AutomatedDecision::Fully);
    }

    #[test]
    fn what_a_person_found_was_not_detected_by_machine() {
        let decided_by = DecidedBy::Person(vec![Seen::Clip]);
        let course = Course { found_by: FoundBy::Person, was_restricted_by_machine: false, decided_by };
        assert!(!course.automated_detection());
    }
}
