//! Disputes before out-of-court bodies (Article 21): a certified body decides within 90 days, or 180 where the dispute is
//! highly complex. Its decision binds nobody, but what we did with it is recorded and counted.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{Aims, Deadline, DecisionId, DisputeId, History, Object, Refusal, complaint::Outcome, machine::states};

/// From a body's receipt of a dispute to its decision: Article 21(4).
pub const BODY_DAYS: TimeDelta = TimeDelta::days(90);

/// The same in all, where the body has extended it for a highly complex dispute: Article 21(4).
pub const EXTENDED_DAYS: TimeDelta = TimeDelta::days(180);

crate::closed! {
    /// How far a dispute is.
    State "state of a dispute" {
        /// A body has it.
        Brought = "brought",
        /// We take part in good faith: Article 21(2).
        Engaged = "engaged",
        /// The body decided.
        Decided = "decided",
        /// We did what the body decided, or there was nothing to do.
        Implemented = "implemented",
        /// We did not, and why.
        NotImplemented = "not_implemented",
        /// We did not take part, and why.
        Declined = "declined",
        /// It ended without a decision.
        Omitted = "omitted",
    }

    /// What may be done in a dispute.
    Step "step of a dispute" {
        /// Take part, with the case's file.
        Engage = "engage",
        /// Do not take part: the article allows it where the same dispute on the same grounds is decided already.
        Decline = "decline",
        /// The body takes more time.
        Extend = "extend",
        /// The body decides.
        Decide = "decide",
        /// Do what it decided.
        Implement = "implement",
        /// Do not.
        LeaveAside = "leave_aside",
        /// It ends without a decision: withdrawn, or the body does not take it.
        Omit = "omit",
    }
}

states! {
    State Step "dispute" {
        Brought + Engage => Engaged,
        Brought + Decline => Declined,
        Brought + Omit => Omitted,
        Engaged + Extend => Engaged,
        Engaged + Decide => Decided,
        Engaged + Omit => Omitted,
        Decided + Implement => Implemented,
        Decided + LeaveAside => NotImplemented,
        Declined + Decide => Decided,
    }
}

/// What a dispute is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Minted by the caller.
    pub dispute_id: DisputeId,
    /// The decision that it is about.
    pub decision_id: DecisionId,
    /// The certified body.
    pub body: String,
    /// When the body received it: its 90 days run from here.
    pub brought_at: DateTime<Utc>,
}

/// What happens in a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// We take part.
    Engage,
    /// We do not.
    Decline {
        /// Why.
        why: String,
    },
    /// The body takes up to 180 days in all.
    Extend,
    /// The body decided.
    Decide {
        /// What of our decision it holds right.
        outcome: Outcome,
    },
    /// We did what it decided.
    Implement {
        /// The decision that takes the place of the one before; none where that was upheld.
        new_decision_id: Option<DecisionId>,
    },
    /// We did not.
    LeaveAside {
        /// Why.
        why: String,
    },
    /// It ended without a decision.
    Omit {
        /// Why.
        why: String,
    },
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Engage => Step::Engage,
            Self::Decline { .. } => Step::Decline,
            Self::Extend => Step::Extend,
            Self::Decide { .. } => Step::Decide,
            Self::Implement { .. } => Step::Implement,
            Self::LeaveAside { .. } => Step::LeaveAside,
            Self::Omit { .. } => Step::Omit,
        }
    }
}

/// Why something cannot happen in a dispute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// It must say why.
    #[error("dispute {dispute_id}: {step} needs a reason")]
    NoReason {
        /// The dispute.
        dispute_id: DisputeId,
        /// What was to be done.
        step: Step,
    },
    /// A body extends once.
    #[error("dispute {0} was extended already: 180 days in all are the most (Article 21(4))")]
    ExtendedAlready(DisputeId),
    /// A dispute without a decision is omitted, not decided.
    #[error("dispute {0} cannot be decided as omitted: end it without a decision")]
    DecidedAsOmitted(DisputeId),
    /// A reversal without a new decision, or a new decision where the old one was upheld.
    #[error("dispute {dispute_id}: the body's outcome {outcome} and the new decision do not go together")]
    OutcomeMismatch {
        /// The dispute.
        dispute_id: DisputeId,
        /// The body's outcome.
        outcome: Outcome,
    },
    /// There is nothing that could be left aside.
    #[error("dispute {0} upheld our decision: there is nothing to leave aside")]
    NothingToLeaveAside(DisputeId),
}

/// A dispute with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    facts: Facts,
    history: History<Event>,
}

impl Dispute {
    /// A dispute that somebody brought before a body.
    pub fn bring(facts: Facts) -> Self {
        let history = History::begin(facts.brought_at, State::Brought);
        Self { facts, history }
    }

    /// What it is.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What the body decided; [`Outcome::Omitted`] where it ended without.
    pub fn outcome(&self) -> Option<Outcome> {
        let outcome = self.history.last(|event| match event {
            Event::Decide { outcome } => Some(*outcome),
            Event::Omit { .. } => Some(Outcome::Omitted),
            Event::Engage
            | Event::Decline { .. }
            | Event::Extend
            | Event::Implement { .. }
            | Event::LeaveAside { .. } => None,
        });
        outcome.map(|(_, outcome)| outcome)
    }

    /// Until when the body should decide. The days are the body's, not ours.
    pub fn body_deadline(&self) -> Deadline {
        let days = if self.is_extended() { EXTENDED_DAYS } else { BODY_DAYS };
        Deadline::law(self.facts.brought_at + days)
    }

    /// Until when we should have carried out what the body decided: the house's aim, as the decision binds nobody.
    pub fn effect_deadline(&self, aims: &Aims) -> Option<Deadline> {
        let decided = self.history.last(|event| matches!(event, Event::Decide { .. }).then_some(()));
        decided.map(|(at, ())| Deadline::aim(at + aims.dispute_effect))
    }

    fn is_extended(&self) -> bool {
        self.history.entries().iter().any(|(_, event)| *event == Event::Extend)
    }

    fn check(&self, event: &Event) -> Result<(), Error> {
        let dispute_id = self.facts.dispute_id;
        match event {
            Event::Decline { why } | Event::LeaveAside { why } | Event::Omit { why } if why.trim().is_empty() => {
                Err(Error::NoReason { dispute_id, step: crate::Event::step(event) })
            }
            Event::Extend if self.is_extended() => Err(Error::ExtendedAlready(dispute_id)),
            Event::Decide { outcome: Outcome::Omitted } => Err(Error::DecidedAsOmitted(dispute_id)),
            Event::Implement { new_decision_id } => match self.outcome() {
                Some(outcome) if (outcome == Outcome::Upheld) == new_decision_id.is_some() => {
                    Err(Error::OutcomeMismatch { dispute_id, outcome })
                }
                Some(_) | None => Ok(()),
            },
            Event::LeaveAside { .. } if self.outcome() == Some(Outcome::Upheld) => {
                Err(Error::NothingToLeaveAside(dispute_id))
            }
            Event::Engage
            | Event::Extend
            | Event::Decide { .. }
            | Event::Decline { .. }
            | Event::LeaveAside { .. }
            | Event::Omit { .. } => Ok(()),
        }
    }
}

impl Object for Dispute {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        self.check(event)?;
        Ok(Self { facts: self.facts.clone(), history })
    }
}

#[cfg(test)]
mod tests;
