//! Cases: flags and notices that belong together, claimed by one reviewer at a time and decided under that claim.
//!
//! A claim is a lease. Its heartbeats are no history: the store keeps one row for the lease, and writes a step when the
//! claim begins and when it ends. Each claim has a token higher than all before (fencing), so that whoever lost the claim
//! cannot decide under it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{CaseId, Decision, DecisionId, History, Maker, Object, Occasion, Refusal, ReviewerId, machine::states};

crate::closed! {
    /// How far a case is.
    State "state of a case" {
        /// It waits for a reviewer.
        Open = "open",
        /// A reviewer has it.
        Claimed = "claimed",
        /// It is put off, and why.
        Held = "held",
        /// It is decided.
        Decided = "decided",
    }

    /// What may be done with a case.
    Step "step of a case" {
        /// Take it.
        Claim = "claim",
        /// Give it back.
        Release = "release",
        /// Give it back unjudged, and why.
        Skip = "skip",
        /// The lease ran out.
        Lapse = "lapse",
        /// Put it off.
        Hold = "hold",
        /// Take it up again.
        Resume = "resume",
        /// Give it to another reviewer.
        HandOver = "hand_over",
        /// Decide it.
        Decide = "decide",
        /// Open it again.
        Reopen = "reopen",
    }
}

states! {
    State Step "case" {
        Open + Claim => Claimed,
        Open + Decide => Decided,
        Claimed + Release => Open,
        Claimed + Skip => Open,
        Claimed + Lapse => Open,
        Claimed + Hold => Held,
        Claimed + HandOver => Claimed,
        Claimed + Decide => Decided,
        Held + Resume => Open,
        Decided + Reopen => Open,
    }
}

/// A reviewer's lease on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who.
    pub reviewer: ReviewerId,
    /// Higher than that of every claim before on the case.
    pub token: u64,
    /// Until when it holds without a heartbeat.
    pub lease_until: DateTime<Utc>,
}

impl Claim {
    /// The claim after a heartbeat at `now`; none where the lease ran out before, as another may have the case by now.
    #[must_use]
    pub fn renewed(&self, now: DateTime<Utc>, lease: TimeDelta) -> Option<Self> {
        self.holds(now).then(|| Self { lease_until: self.lease_until.max(now + lease), ..self.clone() })
    }

    /// Whether it holds at `now`.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        now <= self.lease_until
    }
}

/// What happens to a case. `token` is that of the claim under which it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A reviewer takes it.
    Claim {
        /// Who.
        reviewer: ReviewerId,
        /// The new claim's.
        token: u64,
    },
    /// The reviewer gives it back.
    Release {
        /// The claim's.
        token: u64,
    },
    /// The reviewer gives it back unjudged.
    Skip {
        /// The claim's.
        token: u64,
        /// Why.
        why: String,
    },
    /// The lease ran out.
    Lapse {
        /// The claim's.
        token: u64,
    },
    /// The reviewer puts it off.
    Hold {
        /// The claim's.
        token: u64,
        /// Why.
        why: String,
        /// Until when at the latest.
        until: DateTime<Utc>,
    },
    /// It is taken up again.
    Resume,
    /// The reviewer gives it to another.
    HandOver {
        /// The claim's.
        token: u64,
        /// To whom.
        to: ReviewerId,
        /// The new claim's.
        new_token: u64,
    },
    /// It is decided: by the reviewer who has it, or by a machine while nobody has it.
    Decide {
        /// The claim's; none for a machine.
        token: Option<u64>,
        /// Who.
        maker: Maker,
        /// By which decision.
        decision_id: DecisionId,
    },
    /// It is opened again, so that another decision can take the place of the last.
    Reopen {
        /// Why.
        occasion: Occasion,
    },
}

impl Event {
    /// The event of a decision, made under the claim of that token.
    pub fn decide(decision: &Decision, token: Option<u64>) -> Self {
        Self::Decide { token, maker: decision.maker.clone(), decision_id: decision.decision_id }
    }

    /// Who has the case from now on and under which token, where this begins a claim.
    pub fn new_claim(&self) -> Option<(&ReviewerId, u64)> {
        match self {
            Self::Claim { reviewer, token } | Self::HandOver { to: reviewer, new_token: token, .. } => {
                Some((reviewer, *token))
            }
            Self::Release { .. }
            | Self::Skip { .. }
            | Self::Lapse { .. }
            | Self::Hold { .. }
            | Self::Resume
            | Self::Decide { .. }
            | Self::Reopen { .. } => None,
        }
    }
}

impl crate::Event for Event {
    type State = State;

    fn step(&self) -> Step {
        match self {
            Self::Claim { .. } => Step::Claim,
            Self::Release { .. } => Step::Release,
            Self::Skip { .. } => Step::Skip,
            Self::Lapse { .. } => Step::Lapse,
            Self::Hold { .. } => Step::Hold,
            Self::Resume => Step::Resume,
            Self::HandOver { .. } => Step::HandOver,
            Self::Decide { .. } => Step::Decide,
            Self::Reopen { .. } => Step::Reopen,
        }
    }
}

/// Why something cannot happen to a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// State or time do not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The claim was lost.
    #[error("case {case_id}: the claim {token} was lost, {current} is in force")]
    ClaimLost {
        /// The case.
        case_id: CaseId,
        /// The claim given.
        token: u64,
        /// The claim in force.
        current: u64,
    },
    /// A token that is not higher than those before fences nobody.
    #[error("case {case_id}: a new claim needs a token above {current}, not {token}")]
    TokenNotHigher {
        /// The case.
        case_id: CaseId,
        /// The token given.
        token: u64,
        /// The highest so far.
        current: u64,
    },
    /// It must say why.
    #[error("case {case_id}: {step} needs a reason")]
    NoReason {
        /// The case.
        case_id: CaseId,
        /// What was to be done.
        step: Step,
    },
    /// A reviewer decides under their own claim alone, a machine only where nobody has the case.
    #[error("case {0} can be decided by the reviewer who has it, or by a machine while nobody has it")]
    NotTheirs(CaseId),
    /// A complaint reopened it, and this reviewer decided it before.
    #[error("case {case_id} was reopened by a complaint: {reviewer} decided it before")]
    DecidedBefore {
        /// The case.
        case_id: CaseId,
        /// Who.
        reviewer: ReviewerId,
    },
    /// A complaint reopened it: not by a machine alone.
    #[error("case {0} was reopened by a complaint: a machine alone cannot decide it (Article 20(6))")]
    ComplaintByMachine(CaseId),
}

/// A case with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    case_id: CaseId,
    history: History<Event>,
}

impl Case {
    /// A case that a flag, a notice or an order opened.
    pub fn open(case_id: CaseId, at: DateTime<Utc>) -> Self {
        Self { case_id, history: History::begin(at, State::Open) }
    }

    /// Its id.
    pub fn id(&self) -> CaseId {
        self.case_id
    }

    /// The highest token given out so far; 0 before the first claim.
    pub fn token(&self) -> u64 {
        self.history.last(Event::new_claim).map_or(0, |(_, (_, token))| token)
    }

    /// Who has it.
    pub fn claimed_by(&self) -> Option<&ReviewerId> {
        let newest = self.history.last(Event::new_claim).filter(|_| self.history.state() == State::Claimed);
        newest.map(|(_, (reviewer, _))| reviewer)
    }

    /// Who may not take it: where a complaint reopened it, whoever decided it at any time.
    pub fn barred(&self) -> BTreeSet<&ReviewerId> {
        if !self.is_reopened_by_complaint() {
            return BTreeSet::new();
        }
        let events = self.history.entries().iter().map(|(_, event)| event);
        events
            .filter_map(|event| if let Event::Decide { maker, .. } = event { Some(maker) } else { None })
            .filter_map(|maker| if let Maker::Reviewer(reviewer) = maker { Some(reviewer) } else { None })
            .collect()
    }

    fn is_reopened_by_complaint(&self) -> bool {
        let reopened =
            self.history.last(|event| if let Event::Reopen { occasion } = event { Some(*occasion) } else { None });
        matches!(reopened, Some((_, Occasion::Complaint(_))))
    }

    fn check_reviewer(&self, reviewer: &ReviewerId, token: u64) -> Result<(), Error> {
        let (case_id, current) = (self.case_id, self.token());
        if self.barred().contains(reviewer) {
            return Err(Error::DecidedBefore { case_id, reviewer: reviewer.clone() });
        }
        if token <= current { Err(Error::TokenNotHigher { case_id, token, current }) } else { Ok(()) }
    }

    fn check_claim(&self, token: u64) -> Result<(), Error> {
        let (case_id, current) = (self.case_id, self.token());
        if token == current { Ok(()) } else { Err(Error::ClaimLost { case_id, token, current }) }
    }

    fn check_maker(&self, token: Option<u64>, maker: &Maker) -> Result<(), Error> {
        match (maker, token, self.claimed_by()) {
            (Maker::Machine { .. }, _, _) if self.is_reopened_by_complaint() => {
                Err(Error::ComplaintByMachine(self.case_id))
            }
            (Maker::Machine { .. }, None, None) => Ok(()),
            (Maker::Reviewer(_), Some(token), Some(_)) if token != self.token() => self.check_claim(token),
            (Maker::Reviewer(reviewer), Some(_), Some(holder)) if reviewer == holder => Ok(()),
            _ => Err(Error::NotTheirs(self.case_id)),
        }
    }

    fn check(&self, event: &Event) -> Result<(), Error> {
        match event {
            Event::Claim { reviewer, token } => self.check_reviewer(reviewer, *token),
            Event::Release { token } | Event::Lapse { token } => self.check_claim(*token),
            Event::Skip { token, why } | Event::Hold { token, why, .. } => {
                self.check_claim(*token)?;
                let is_blank = why.trim().is_empty();
                let step = crate::Event::step(event);
                if is_blank { Err(Error::NoReason { case_id: self.case_id, step }) } else { Ok(()) }
            }
            Event::HandOver { token, to, new_token } => {
                self.check_claim(*token)?;
                self.check_reviewer(to, *new_token)
            }
            Event::Decide { token, maker, .. } => self.check_maker(*token, maker),
            Event::Resume | Event::Reopen { .. } => Ok(()),
        }
    }
}

impl Object for Case {
    type Event = Event;
    type Error = Error;

    fn history(&self) -> &History<Event> {
        &self.history
    }

    fn apply(&self, at: DateTime<Utc>, event: &Event) -> Result<Self, Error> {
        let history = self.history.after(at, event)?;
        self.check(event)?;
        Ok(Self { case_id: self.case_id, history })
    }
}

#[cfg(test)]
mod tests;
