//! The decisions on one case, each in the place of the one before, and counts that a reversal cannot spoil.

use std::collections::BTreeSet;

use crate::{Basis, CaseId, Decision, DecisionError, DecisionId, Maker, Occasion, ReviewerId};

/// The decisions on one case in order: the first, and each that took the place of the one before. Only ever added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    first: Decision,
    later: Vec<Decision>,
}

/// Why a decision does not belong at the end of a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The decision itself is unsound.
    #[error("a decision on a case is unsound")]
    Unsound(#[source] DecisionError),
    /// The first decision on a case has none to replace.
    #[error("decision {decision_id} is the first on its case and cannot replace {replaces}")]
    FirstReplaces {
        /// The decision.
        decision_id: DecisionId,
        /// What it names.
        replaces: DecisionId,
    },
    /// A case has one outcome: a further decision must name the one it replaces.
    #[error("decision {decision_id} names no decision that it replaces, but {effective} is in effect")]
    ReplacesNothing {
        /// The decision.
        decision_id: DecisionId,
        /// The decision in effect.
        effective: DecisionId,
    },
    /// It names one that is no longer, or never was, in effect.
    #[error("decision {decision_id} replaces {replaces}, but {effective} is in effect")]
    ReplacesAnother {
        /// The decision.
        decision_id: DecisionId,
        /// What it names.
        replaces: DecisionId,
        /// The decision in effect.
        effective: DecisionId,
    },
    /// It is about another case.
    #[error("decision {decision_id} is on case {case_id}, not on {expected}")]
    OtherCase {
        /// The decision.
        decision_id: DecisionId,
        /// Its case.
        case_id: CaseId,
        /// The chain's case.
        expected: CaseId,
    },
    /// Its id is taken by another decision.
    #[error("decision {decision_id} is on record with other words")]
    IdTaken {
        /// The decision.
        decision_id: DecisionId,
    },
    /// It lies before the one that it replaces.
    #[error("decision {decision_id} lies before the one that it replaces")]
    Backwards {
        /// The decision.
        decision_id: DecisionId,
    },
    /// A machine alone decided on a complaint.
    #[error("decision {decision_id} on a complaint was made by a machine alone (Article 20(6))")]
    ComplaintByMachine {
        /// The decision.
        decision_id: DecisionId,
    },
    /// Who had decided decided on the complaint against it.
    #[error("decision {decision_id} on a complaint was made by {reviewer}, who had decided the case before")]
    ComplaintByDecider {
        /// The decision.
        decision_id: DecisionId,
        /// Who.
        reviewer: ReviewerId,
    },
}

impl Chain {
    /// The chain that begins with the first decision on a case.
    ///
    /// # Errors
    /// [`ChainError`] where it is unsound or names a decision that it replaces.
    pub fn begin(first: Decision) -> Result<Self, ChainError> {
        first.check().map_err(ChainError::Unsound)?;
        match first.replaces {
            Some(replaces) => {
                Err(ChainError::FirstReplaces { decision_id: first.decision_id, replaces: replaces.decision_id })
            }
            None => Ok(Self { first, later: Vec::new() }),
        }
    }

    /// Adds the decision that takes the place of the one in effect; the same one again changes nothing.
    ///
    /// # Errors
    /// [`ChainError`] names why it cannot; the chain stays as it was.
    pub fn add(&mut self, decision: Decision) -> Result<(), ChainError> {
        decision.check().map_err(ChainError::Unsound)?;
        let (decision_id, effective) = (decision.decision_id, self.effective());
        if let Some(known) = self.decisions().find(|known| known.decision_id == decision_id) {
            return if *known == decision { Ok(()) } else { Err(ChainError::IdTaken { decision_id }) };
        }
        let (expected, case_id) = (self.first.case_id, decision.case_id);
        if case_id != expected {
            return Err(ChainError::OtherCase { decision_id, case_id, expected });
        }
        let Some(replaces) = decision.replaces else {
            return Err(ChainError::ReplacesNothing { decision_id, effective: effective.decision_id });
        };
        if replaces.decision_id != effective.decision_id {
            let (replaces, effective) = (replaces.decision_id, effective.decision_id);
            return Err(ChainError::ReplacesAnother { decision_id, replaces, effective });
        }
        if decision.decided_at < effective.decided_at {
            return Err(ChainError::Backwards { decision_id });
        }
        if matches!(replaces.occasion, Occasion::Complaint(_)) {
            self.check_complaint(&decision)?;
        }
        self.later.push(decision);
        Ok(())
    }

    fn check_complaint(&self, decision: &Decision) -> Result<(), ChainError> {
        let decision_id = decision.decision_id;
        match &decision.maker {
            Maker::Machine { .. } => Err(ChainError::ComplaintByMachine { decision_id }),
            Maker::Reviewer(reviewer) if self.deciders().contains(reviewer) => {
                Err(ChainError::ComplaintByDecider { decision_id, reviewer: reviewer.clone() })
            }
            Maker::Reviewer(_) => Ok(()),
        }
    }

    /// The decision in effect: the last.
    pub fn effective(&self) -> &Decision {
        self.later.last().unwrap_or(&self.first)
    }

    /// Every decision, in order.
    pub fn decisions(&self) -> impl Iterator<Item = &Decision> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// Every person who decided the case at some time: none of them may decide a complaint about it.
    pub fn deciders(&self) -> BTreeSet<ReviewerId> {
        self.decisions().filter_map(Decision::reviewer).cloned().collect()
    }
}

/// Counts over cases. Each case counts once for what is in effect, however often it was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases decided: `restricted + left_alone`.
    pub cases: u64,
    /// Decisions on record: `cases + replaced`.
    pub decisions: u64,
    /// Decisions that another took the place of.
    pub replaced: u64,
    /// Cases where a restriction is in effect: `by_law + by_terms`.
    pub restricted: u64,
    /// Of these, on the ground of the law.
    pub by_law: u64,
    /// Of these, on the ground of the terms.
    pub by_terms: u64,
    /// Cases where nothing is restricted in effect.
    pub left_alone: u64,
    /// Of these, cases that were restricted at some time: what was reversed in full.
    pub lifted: u64,
}

impl Tally {
    /// Counts one case.
    pub fn count(&mut self, chain: &Chain) {
        let replaced = chain.later.len() as u64;
        self.cases += 1;
        self.decisions += 1 + replaced;
        self.replaced += replaced;
        match chain.effective().measure().map(|measure| &measure.basis) {
            Some(Basis::Law { .. }) => {
                self.restricted += 1;
                self.by_law += 1;
            }
            Some(Basis::Terms { .. }) => {
                self.restricted += 1;
                self.by_terms += 1;
            }
            None => {
                self.left_alone += 1;
                self.lifted += u64::from(chain.decisions().any(|decision| decision.measure().is_some()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
