//! Complaints (Article 20): six months, free of charge, decided by a person, and by another one than before.
//!
//! Nothing here knows a fee: the article makes complaints free of charge. That machines alone may not decide is the
//! article's (20(6)); that nobody judges their own decision is stricter than its words, and the house's rule.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Aims, Chain, ComplaintId, Deadline, DecisionId, Encounter, History, Maker, Object, Occasion, Refusal, ReviewerId,
    deadline::months_after, machine::states,
};

/// The least time, in months, for which a decision is open to complaints (Article 20(1)).
pub const LEAST_MONTHS: u32 = 6;

crate::closed! {
    /// How far a complaint is.
    State "state of a complaint" {
        /// It came.
        Lodged = "lodged",
        /// A person has it who did not decide before.
        Assigned = "assigned",
        /// That person decided.
        Decided = "decided",
        /// Its sender was told.
        Closed = "closed",
        /// Its sender took it back.
        Withdrawn = "withdrawn",
    }

    /// What may be done with a complaint.
    Step "step of a complaint" {
        /// Give it to a person, or to another one.
        Assign = "assign",
        /// Decide it (Article 20(4)).
        Decide = "decide",
        /// Tell the reasoned decision and the further redress (Article 20(5)).
        Tell = "tell",
        /// Its sender takes it back before it is decided.
        Withdraw = "withdraw",
    }

    /// What a complaint is about, as the transparency report counts it.
    Subject "subject of a complaint" {
        /// Content removed, disabled or restricted in visibility: Article 20(1)(a).
        Visibility = "visibility",
        /// Service suspended or terminated: Article 20(1)(b).
        Service = "service",
        /// Account suspended or terminated: Article 20(1)(c).
        Account = "account",
        /// Payments restricted: Article 20(1)(d).
        Monetary = "monetary",
        /// A notice that was not acted on.
        Notice = "notice",
        /// A trusted flagger's notice that was not acted on.
        TrustedFlagger = "trusted_flagger",
    }

    /// How a complaint ended, as the transparency report counts it.
    Outcome "outcome of a complaint" {
        /// The decision stands.
        Upheld = "upheld",
        /// The decision is reversed in part.
        PartiallyReversed = "partially_reversed",
        /// The decision is reversed.
        Reversed = "reversed",
        /// There is nothing left to decide.
        Omitted = "omitted",
    }
}

states! {
    State Step "complaint" {
        Lodged + Assign => Assigned,
        Lodged + Withdraw => Withdrawn,
        Assigned + Assign => Assigned,
        Assigned + Decide => Decided,
        Assigned + Withdraw => Withdrawn,
        Decided + Tell => Closed,
    }
}

/// What a complaint says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Minted by the caller.
    pub complaint_id: ComplaintId,
    /// The decision that it is about.
    pub decision_id: DecisionId,
    /// When it came.
    pub lodged_at: DateTime<Utc>,
    /// When its sender was told the decision: the six months run from here.
    pub told_at: DateTime<Utc>,
    /// What it is about.
    pub subject: Subject,
    /// Why its sender holds the decision wrong.
    pub reasons: String,
}

/// What happens to a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A person has it.
    Assign {
        /// Who.
        reviewer: ReviewerId,
    },
    /// It was decided.
    Decide {
        /// Who decided.
        maker: Maker,
        /// How.
        outcome: Outcome,
        /// The decision that takes the place of the one before; none where that stands.
        new_decision_id: Option<DecisionId>,
        /// The reasons that its sender is told.
        reasons: String,
        /// What the decider saw and heard of the case since the complaint came: [`crate::Trail::encounters_of`].
        encounters: Vec<Encounter>,
    },
    /// Its sender was told, with the further redress (Article 20(5)).
    Tell,
    /// Its sender took it back.
    Withdraw,
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Assign { .. } => Step::Assign,
            Self::Decide { .. } => Step::Decide,
            Self::Tell => Step::Tell,
            Self::Withdraw => Step::Withdraw,
        }
    }
}

/// Why something cannot happen to a complaint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The decision is not on the case.
    #[error("complaint {complaint_id} is about decision {decision_id}, which is not on the case")]
    NotOnCase {
        /// The complaint.
        complaint_id: ComplaintId,
        /// The decision.
        decision_id: DecisionId,
    },
    /// The window has closed.
    #[error("complaint {complaint_id} came at {lodged_at}; the decision was open to complaints until {until}")]
    TooLate {
        /// The complaint.
        complaint_id: ComplaintId,
        /// When it came.
        lodged_at: DateTime<Utc>,
        /// The end of the window.
        until: DateTime<Utc>,
    },
    /// A window shorter than the law's.
    #[error("decisions are open to complaints for at least {LEAST_MONTHS} months (Article 20(1)), not {0}")]
    WindowTooShort(u32),
    /// A machine alone.
    #[error("complaint {0} cannot be decided by a machine alone (Article 20(6))")]
    ByMachine(ComplaintId),
    /// Who decided before.
    #[error("complaint {complaint_id} cannot go to {reviewer}, who decided the case before")]
    ByDecider {
        /// The complaint.
        complaint_id: ComplaintId,
        /// Who.
        reviewer: ReviewerId,
    },
    /// Somebody else has it.
    #[error("complaint {complaint_id} is with {assigned}, not with {reviewer}")]
    NotAssigned {
        /// The complaint.
        complaint_id: ComplaintId,
        /// Who has it.
        assigned: ReviewerId,
        /// Who would decide.
        reviewer: ReviewerId,
    },
    /// The person saw and heard nothing.
    #[error("complaint {complaint_id} cannot be decided by {reviewer}, who saw and heard nothing since it came")]
    NothingSeen {
        /// The complaint.
        complaint_id: ComplaintId,
        /// Who.
        reviewer: ReviewerId,
    },
    /// A reversal without a new decision, or a new decision without a reversal.
    #[error("complaint {complaint_id}: the outcome {outcome} and the new decision do not go together")]
    OutcomeMismatch {
        /// The complaint.
        complaint_id: ComplaintId,
        /// The outcome.
        outcome: Outcome,
    },
    /// Article 20(5) asks for a reasoned decision.
    #[error("complaint {0} cannot be decided without reasons (Article 20(5))")]
    NoReasons(ComplaintId),
}

/// A complaint with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    facts: Facts,
    deciders: BTreeSet<ReviewerId>,
    history: History<Event>,
}

/// Until when a decision is open to complaints: `months`, counted from the day on which the user was told.
///
/// # Errors
/// [`Error::WindowTooShort`] under [`LEAST_MONTHS`].
pub fn open_until(told_at: DateTime<Utc>, months: u32) -> Result<Deadline, Error> {
    if months < LEAST_MONTHS {
        return Err(Error::WindowTooShort(months));
    }
    Ok(Deadline::law(months_after(told_at, months)))
}

impl Complaint {
    /// A complaint about a decision on the case that `chain` tells; decisions are open to complaints for `months`.
    ///
    /// # Errors
    /// [`Error::NotOnCase`], [`Error::TooLate`] or [`Error::WindowTooShort`].
    pub fn lodge(facts: Facts, chain: &Chain, months: u32) -> Result<Self, Error> {
        let (complaint_id, decision_id, lodged_at) = (facts.complaint_id, facts.decision_id, facts.lodged_at);
        if !chain.decisions().any(|decision| decision.decision_id == decision_id) {
            return Err(Error::NotOnCase { complaint_id, decision_id });
        }
        let window = open_until(facts.told_at, months)?;
        if !window.is_kept(lodged_at) {
            return Err(Error::TooLate { complaint_id, lodged_at, until: window.due_at });
        }
        let history = History::begin(lodged_at, State::Lodged);
        Ok(Self { facts, deciders: chain.deciders(), history })
    }

    /// The same complaint, where it is known who decided since it came: none of them may have it either. What was decided
    /// on the complaint itself is not counted.
    #[must_use]
    pub fn aware_of(mut self, chain: &Chain) -> Self {
        let own = Occasion::Complaint(self.facts.complaint_id);
        let others = chain.decisions().filter(|decision| decision.replaces.is_none_or(|it| it.occasion != own));
        self.deciders.extend(others.filter_map(|decision| decision.reviewer().cloned()));
        self
    }

    /// What it says.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Who has it.
    pub fn assigned(&self) -> Option<&ReviewerId> {
        let assigned =
            self.history.last(|event| if let Event::Assign { reviewer } = event { Some(reviewer) } else { None });
        assigned.map(|(_, reviewer)| reviewer)
    }

    /// How it ended; [`Outcome::Omitted`] where it was withdrawn.
    pub fn outcome(&self) -> Option<Outcome> {
        let outcome = self.history.last(|event| match event {
            Event::Decide { outcome, .. } => Some(*outcome),
            Event::Withdraw => Some(Outcome::Omitted),
            Event::Assign { .. } | Event::Tell => None,
        });
        outcome.map(|(_, outcome)| outcome)
    }

    /// Until when it should be decided. The law says "in a timely manner" and, for a reversal, "without undue delay".
    pub fn deadline(&self, aims: &Aims) -> Deadline {
        Deadline::aim(self.facts.lodged_at + aims.complaint_decision)
    }

    fn check_person(&self, reviewer: &ReviewerId) -> Result<(), Error> {
        if !self.deciders.contains(reviewer) {
            return Ok(());
        }
        Err(Error::ByDecider { complaint_id: self.facts.complaint_id, reviewer: reviewer.clone() })
    }

    fn check_decision(&self, at: DateTime<Utc>, maker: &Maker, encounters: &[Encounter]) -> Result<(), Error> {
        let complaint_id = self.facts.complaint_id;
        let Maker::Reviewer(reviewer) = maker else {
            return Err(Error::ByMachine(complaint_id));
        };
        self.check_person(reviewer)?;
        if let Some(assigned) = self.assigned().filter(|assigned| *assigned != reviewer) {
            let (assigned, reviewer) = (assigned.clone(), reviewer.clone());
            return Err(Error::NotAssigned { complaint_id, assigned, reviewer });
        }
        let since = self.facts.lodged_at;
        let is_own = |who: &ReviewerId, when: DateTime<Utc>| who == reviewer && since <= when && when <= at;
        if encounters.iter().any(|encounter| is_own(&encounter.reviewer, encounter.at)) {
            return Ok(());
        }
        Err(Error::NothingSeen { complaint_id, reviewer: reviewer.clone() })
    }
}

impl Object for Complaint {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        let complaint_id = self.facts.complaint_id;
        match event {
            Event::Assign { reviewer } => self.check_person(reviewer)?,
            Event::Decide { maker, outcome, new_decision_id, reasons, encounters } => {
                self.check_decision(at, maker, encounters)?;
                let is_changed = matches!(outcome, Outcome::PartiallyReversed | Outcome::Reversed);
                if is_changed != new_decision_id.is_some() {
                    return Err(Error::OutcomeMismatch { complaint_id, outcome: *outcome });
                }
                if reasons.trim().is_empty() {
                    return Err(Error::NoReasons(complaint_id));
                }
            }
            Event::Tell | Event::Withdraw => {}
        }
        Ok(Self { history, ..self.clone() })
    }
}

#[cfg(test)]
mod tests;
