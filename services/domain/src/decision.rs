//! A decision on a case: who decided what, on which ground, for how long and where. Never edited, only replaced.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Basis, CaseId, Clause, ComplaintId, Course, DecisionId, DisputeId, Label, Monetary, OrderId, Restrictions,
    ReviewerId, Scope, Trail, TrailError, Visibility,
};

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// A machine alone, by name and version.
    Machine {
        /// What people call it.
        name: String,
    },
    /// A member of staff.
    Reviewer(ReviewerId),
}

/// What made us decide again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A complaint (Article 20).
    Complaint(ComplaintId),
    /// A body's decision (Article 21).
    Dispute(DisputeId),
    /// An order or a court.
    Order(OrderId),
    /// We looked again ourselves.
    OwnReview,
}

/// Which decision another one takes the place of, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaces {
    /// The decision before.
    pub decision_id: DecisionId,
    /// What made us decide again.
    pub occasion: Occasion,
}

/// What is done about the content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is restricted, and why.
    NoAction {
        /// The reason, in words that name nobody.
        why: String,
    },
    /// Something is restricted.
    Restrict(Box<Measure>),
}

/// A restriction with all that a statement of reasons tells of it (Article 17(3)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Law or terms, and why.
    pub basis: Basis,
    /// The clause of the terms (Article 14): required where the ground is the terms.
    pub clause: Option<Clause>,
    /// What the content is called.
    pub label: Label,
    /// What is restricted, and until when.
    pub restrictions: Restrictions,
    /// Where.
    pub scope: Scope,
    /// When the restriction begins.
    pub applied_at: DateTime<Utc>,
    /// The facts relied on, in words that name nobody.
    pub facts: String,
}

/// The outcome on a case; another one may take its place, but it stands in the record for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Minted by the caller, so that a retry names the same decision.
    pub decision_id: DecisionId,
    /// The case.
    pub case_id: CaseId,
    /// The decision before; none for the first on a case.
    pub replaces: Option<Replaces>,
    /// Who decided.
    pub maker: Maker,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// What is done.
    pub outcome: Outcome,
}

/// What a decision lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// A text that must say something is blank.
    #[error("decision {decision_id} has no {what}")]
    Blank {
        /// The decision.
        decision_id: DecisionId,
        /// Which text.
        what: &'static str,
    },
    /// A measure that restricts nothing.
    #[error("decision {decision_id} restricts nothing: without a restriction its outcome is no action")]
    NothingRestricted {
        /// The decision.
        decision_id: DecisionId,
    },
    /// A restriction that ends before it begins.
    #[error("decision {decision_id} ends a restriction at {until}, before it begins at {applied_at}")]
    EndsBeforeItBegins {
        /// The decision.
        decision_id: DecisionId,
        /// Its end.
        until: DateTime<Utc>,
        /// Its beginning.
        applied_at: DateTime<Utc>,
    },
    /// An end of something that is not restricted.
    #[error("decision {decision_id} has an end of a restriction of {what}, but no such restriction")]
    EndOfNothing {
        /// The decision.
        decision_id: DecisionId,
        /// Of what.
        what: &'static str,
    },
    /// A scope of no state.
    #[error("decision {decision_id} holds in no state")]
    Nowhere {
        /// The decision.
        decision_id: DecisionId,
    },
    /// A decision that replaces itself.
    #[error("decision {decision_id} replaces itself")]
    ReplacesItself {
        /// The decision.
        decision_id: DecisionId,
    },
    /// The record does not carry it.
    #[error("the record of the case does not carry decision {decision_id}")]
    Trail {
        /// The decision.
        decision_id: DecisionId,
        /// What the record lacks.
        #[source]
        source: TrailError,
    },
}

impl Decision {
    /// What it restricts, if anything.
    pub fn measure(&self) -> Option<&Measure> {
        match &self.outcome {
            Outcome::NoAction { .. } => None,
            Outcome::Restrict(measure) => Some(measure),
        }
    }

    /// Who decided, where a person did.
    pub fn reviewer(&self) -> Option<&ReviewerId> {
        match &self.maker {
            Maker::Machine { .. } => None,
            Maker::Reviewer(reviewer) => Some(reviewer),
        }
    }

    /// The part that machines had in it, from what was recorded on its case.
    ///
    /// # Errors
    /// [`DecisionError::Trail`] where the record does not carry it, such as by a reviewer who saw and heard nothing.
    pub fn course(&self, trail: &Trail) -> Result<Course, DecisionError> {
        let decision_id = self.decision_id;
        trail.course(&self.maker, self.decided_at).map_err(|source| DecisionError::Trail { decision_id, source })
    }

    /// Checks that it says all that it must.
    ///
    /// # Errors
    /// [`DecisionError`] names the first thing that it lacks.
    pub fn check(&self) -> Result<(), DecisionError> {
        let decision_id = self.decision_id;
        if self.replaces.is_some_and(|replaces| replaces.decision_id == decision_id) {
            return Err(DecisionError::ReplacesItself { decision_id });
        }
        if let Maker::Machine { name } = &self.maker {
            self.told("name of the machine that made it", name)?;
        }
        match &self.outcome {
            Outcome::NoAction { why } => self.told("reason", why),
            Outcome::Restrict(measure) => self.check_measure(measure),
        }
    }

    fn told(&self, what: &'static str, text: &str) -> Result<(), DecisionError> {
        let is_blank = text.trim().is_empty();
        if is_blank { Err(DecisionError::Blank { decision_id: self.decision_id, what }) } else { Ok(()) }
    }

    fn check_measure(&self, measure: &Measure) -> Result<(), DecisionError> {
        let decision_id = self.decision_id;
        self.told("facts", &measure.facts)?;
        match &measure.basis {
            Basis::Law { legal_ground, explanation } => {
                self.told("legal ground", legal_ground)?;
                self.told("explanation", explanation)?;
            }
            Basis::Terms { clause, explanation, .. } => {
                self.told("clause of the terms", clause)?;
                self.told("explanation", explanation)?;
                let (id, version) = measure.clause.as_ref().map_or(("", ""), |clause| (&clause.id, &clause.version));
                self.told("id of the clause", id)?;
                self.told("version of the clause", version)?;
            }
        }
        if measure.scope == Scope::States(Vec::new()) {
            return Err(DecisionError::Nowhere { decision_id });
        }
        self.check_restrictions(&measure.restrictions, measure.applied_at)
    }

    fn check_restrictions(&self, given: &Restrictions, applied_at: DateTime<Utc>) -> Result<(), DecisionError> {
        let decision_id = self.decision_id;
        let parts = [
            ("visibility", !given.visibility.is_empty(), given.visibility_until),
            ("payments", given.monetary.is_some(), given.monetary_until),
            ("the service", given.provision.is_some(), given.provision_until),
            ("the account", given.account.is_some(), given.account_until),
        ];
        if parts.iter().all(|(_, is_restricted, _)| !is_restricted) {
            return Err(DecisionError::NothingRestricted { decision_id });
        }
        for (what, is_restricted, until) in parts {
            match until {
                Some(_) if !is_restricted => return Err(DecisionError::EndOfNothing { decision_id, what }),
                Some(until) if until < applied_at => {
                    return Err(DecisionError::EndsBeforeItBegins { decision_id, until, applied_at });
                }
                Some(_) | None => {}
            }
        }
        if given.visibility.contains(&Visibility::Other) {
            self.told(
                "words for the other restriction of visibility",
                given.visibility_other.as_deref().unwrap_or(""),
            )?;
        }
        if given.monetary == Some(Monetary::Other) {
            self.told("words for the other restriction of payments", given.monetary_other.as_deref().unwrap_or(""))?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
