//! What happened on a case before its decision, as recorded: from it alone follow the facts on automation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Course, DecidedBy, FoundBy, Maker, ReviewerId, Seen, Source};

/// A way by which content came to our knowledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A rule or a classifier flagged it.
    Flag,
    /// A member of staff came across it.
    Staff,
    /// Somebody told us.
    Told(Source),
}

/// One view or play by one reviewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encounter {
    /// Who.
    pub reviewer: ReviewerId,
    /// What was shown or played.
    pub seen: Seen,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was recorded on a case. Nobody types any of it in: flags, notices, views, plays and measures write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// How the content came to our knowledge, and when; in any order.
    pub ways: Vec<(DateTime<Utc>, Way)>,
    /// Views and plays, in any order.
    pub encounters: Vec<Encounter>,
    /// When machines restricted the content, such as by muting a speaker.
    pub machine_measures: Vec<DateTime<Utc>>,
}

/// Why a trail does not carry a decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrailError {
    /// Nothing says how the content came to our knowledge.
    #[error("nothing on the case before {at} says how the content came to our knowledge")]
    NothingFound {
        /// When it was decided.
        at: DateTime<Utc>,
    },
    /// A person decided blind.
    #[error("{reviewer} saw and heard nothing of the case before {at}")]
    NothingSeen {
        /// Who decided.
        reviewer: ReviewerId,
        /// When.
        at: DateTime<Utc>,
    },
}

impl Trail {
    /// The part that machines had in what `maker` decided at `at` (Articles 16(6), 17(3)(c)).
    ///
    /// A machine found the content where a flag was the first way, also where a flag and another way share the instant:
    /// in doubt a machine's part is told, not hidden. What others saw is no part of the maker's decision.
    ///
    /// # Errors
    /// [`TrailError`] where the record does not carry the decision.
    pub fn course(&self, maker: &Maker, at: DateTime<Utc>) -> Result<Course, TrailError> {
        let ways = || self.ways.iter().filter(|(when, _)| *when <= at);
        let first = ways().map(|(when, _)| *when).min().ok_or(TrailError::NothingFound { at })?;
        let is_flagged = ways().any(|(when, way)| *when == first && *way == Way::Flag);
        let decided_by = match maker {
            Maker::Machine { .. } => DecidedBy::Machine,
            Maker::Reviewer(reviewer) => {
                let seen = self.seen_by(reviewer, at);
                if seen.is_empty() {
                    return Err(TrailError::NothingSeen { reviewer: reviewer.clone(), at });
                }
                DecidedBy::Person(seen)
            }
        };
        Ok(Course {
            found_by: if is_flagged { FoundBy::Machine } else { FoundBy::Person },
            was_restricted_by_machine: self.machine_measures.iter().any(|when| *when <= at),
            decided_by,
        })
    }

    /// Views and plays by `reviewer` from `since` until `at`, both included.
    pub fn encounters_of(&self, reviewer: &ReviewerId, since: DateTime<Utc>, at: DateTime<Utc>) -> Vec<Encounter> {
        let is_meant = |met: &&Encounter| met.reviewer == *reviewer && since <= met.at && met.at <= at;
        self.encounters.iter().filter(is_meant).cloned().collect()
    }

    /// What `reviewer` saw and heard up to `at`, each thing once, in the order of the list.
    pub fn seen_by(&self, reviewer: &ReviewerId, at: DateTime<Utc>) -> Vec<Seen> {
        let own = self.encounters_of(reviewer, DateTime::<Utc>::MIN_UTC, at);
        let mut seen: Vec<Seen> = own.iter().map(|encounter| encounter.seen).collect();
        seen.sort_unstable();
        seen.dedup();
        seen
    }

    /// What led to a decision at `at`: of the ways until then the one of highest priority, the earliest among equals.
    ///
    /// A measure is on own initiative only where neither order nor notice preceded it (Implementing Regulation (EU)
    /// 2024/2835, Annex II), so that a notice counts even where a flag came first.
    ///
    /// # Errors
    /// [`TrailError::NothingFound`] where nothing was recorded until then.
    pub fn source(&self, at: DateTime<Utc>) -> Result<Source, TrailError> {
        let told = self.ways.iter().filter(|(when, _)| *when <= at).map(|(when, way)| match way {
            Way::Flag | Way::Staff => (*when, Source::OwnInitiative),
            Way::Told(source) => (*when, source.clone()),
        });
        told.min_by_key(|(when, source)| (std::cmp::Reverse(source.kind().priority()), *when))
            .map(|(_, source)| source)
            .ok_or(TrailError::NothingFound { at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AutomatedDecision, machine::tests::hour};

    fn anna() -> Maker {
        Maker::Reviewer("anna".parse().unwrap())
    }

    fn trail(encounters: &[(&str, Seen, i64)]) -> Trail {
        let encounter =
            |&(who, seen, at): &(&str, Seen, i64)| Encounter { reviewer: who.parse().unwrap(), seen, at: hour(at) };
        Trail {
            ways: vec![(hour(1), Way::Told(Source::Notice { organisation: None })), (hour(0), Way::Flag)],
            encounters: encounters.iter().map(encounter).collect(),
            machine_measures: Vec::new(),
        }
    }

    #[test]
    fn only_what_the_decider_saw_before_deciding_counts() {
        let trail = trail(&[("anna", Seen::Clip, 2), ("anna", Seen::Score, 5), ("boris", Seen::Score, 2)]);
        let part = |at| trail.course(&anna(), hour(at)).map(|course| course.automated_decision());
        assert_eq!(part(4), Ok(AutomatedDecision::NotAutomated));
        assert_eq!(part(5), Ok(AutomatedDecision::Partially));
        assert_eq!(part(1), Err(TrailError::NothingSeen { reviewer: "anna".parse().unwrap(), at: hour(1) }));
    }

    #[test]
    fn a_machines_measure_before_the_decision_makes_it_partly_automated_and_one_after_does_not() {
        let mut trail = trail(&[("anna", Seen::Clip, 2)]);
        trail.machine_measures.push(hour(4));
        let part = |at| trail.course(&anna(), hour(at)).unwrap().automated_decision();
        assert_eq!((part(3), part(4)), (AutomatedDecision::NotAutomated, AutomatedDecision::Partially));
    }

    #[test]
    fn a_flag_that_came_first_detected_it_and_a_notice_before_the_decision_led_to_it() {
        let trail = trail(&[("anna", Seen::Clip, 2)]);
        assert!(trail.course(&anna(), hour(3)).unwrap().automated_detection());
        assert_eq!(trail.source(hour(0)), Ok(Source::OwnInitiative));
        assert_eq!(trail.source(hour(1)), Ok(Source::Notice { organisation: None }));
        assert_eq!(trail.source(hour(-1)), Err(TrailError::NothingFound { at: hour(-1) }));
    }
}
