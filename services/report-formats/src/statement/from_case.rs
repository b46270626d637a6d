//! What a statement needs to know, from a decision of the domain and the record of its case.

use chrono::{DateTime, Utc};
use domain::{DecisionError, SourceKind, Trail, TrailError};
use newtype_uuid::GenericUuid;

use super::{AccountType, ContentType, Decision};

/// What a statement tells of the content itself; the decision does not know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What the content is: sound, and synthetic media where the voice was made.
    pub content: Vec<ContentType>,
    /// What [`ContentType::Other`] stands for.
    pub content_other: Option<String>,
    /// The language by the recogniser's code.
    pub language: Option<String>,
    /// Since when the service holds the content; for live sound, when it was spoken.
    pub held_since: DateTime<Utc>,
    /// Whose account it is, where known.
    pub account_type: Option<AccountType>,
    /// Where law or terms can be read.
    pub reference_url: Option<String>,
}

/// Why a case has no input for a statement.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The decision is unsound, or the record does not carry it.
    #[error("a decision has no statement of reasons")]
    Decision(#[source] DecisionError),
    /// Nothing says what led to the decision.
    #[error("nothing on the case of decision {decision_id} says what led to it")]
    Source {
        /// The decision.
        decision_id: domain::DecisionId,
        /// What the record lacks.
        #[source]
        source: TrailError,
    },
}

impl Decision {
    /// The input of [`build()`](super::build()) for a decision on a case; none where nothing is restricted or an order is
    /// carried out, as no statement is owed then. Source and automation follow from the record of the case alone.
    ///
    /// # Errors
    /// [`CaseError`] where the record does not carry the decision.
    pub fn of_case(decision: &domain::Decision, trail: &Trail, content: Content) -> Result<Option<Self>, CaseError> {
        decision.check().map_err(CaseError::Decision)?;
        let decision_id = decision.decision_id;
        let source = trail.source(decision.decided_at).map_err(|source| CaseError::Source { decision_id, source })?;
        let Some(measure) = decision.measure().filter(|_| source.kind() != SourceKind::Order) else {
            return Ok(None);
        };
        Ok(Some(Self {
            decision_id: decision_id.into_untyped_uuid(),
            restrictions: measure.restrictions.clone(),
            basis: measure.basis.clone(),
            reference_url: content.reference_url,
            label: measure.label.clone(),
            content: content.content,
            content_other: content.content_other,
            language: content.language,
            held_since: content.held_since,
            applied_at: measure.applied_at,
            facts: measure.facts.clone(),
            scope: measure.scope.clone(),
            source,
            course: decision.course(trail).map_err(CaseError::Decision)?,
            account_type: content.account_type,
        }))
    }
}

#[cfg(test)]
mod tests {
    use domain::{Encounter, Maker, Measure, Outcome, Seen, Source, Way};

    use super::{super::build, *};
    use crate::statement::{AutomatedDecision, SourceType, YesNo, build::tests::decision as input};

    fn case() -> (domain::Decision, Trail, Content) {
        let input = input(7);
        let measure = Measure {
            basis: input.basis,
            clause: Some(domain::Clause { id: "threats".into(), version: "3".into() }),
            label: input.label,
            restrictions: input.restrictions,
            scope: input.scope,
            applied_at: input.applied_at,
            facts: input.facts,
        };
        let decision = domain::Decision {
            decision_id: domain::DecisionId::from_untyped_uuid(input.decision_id),
            case_id: domain::CaseId::from_untyped_uuid(uuid::Uuid::from_u128(1)),
            replaces: None,
            maker: Maker::Reviewer("anna".parse().unwrap()),
            decided_at: input.applied_at,
            outcome: Outcome::Restrict(Box::new(measure)),
        };
        let encounter = Encounter { reviewer: "anna".parse().unwrap(), seen: Seen::Score, at: input.applied_at };
        let trail = Trail {
            ways: vec![(input.held_since, Way::Flag)],
            encounters: vec![encounter],
            machine_measures: Vec::new(),
        };
        let content = Content {
            content: input.content,
            content_other: input.content_other,
            language: input.language,
            held_since: input.held_since,
            account_type: input.account_type,
            reference_url: input.reference_url,
        };
        (decision, trail, content)
    }

    #[test]
    fn a_decision_on_a_case_becomes_a_sound_statement_whose_codes_follow_from_the_record() {
        let (decision, trail, content) = case();
        let statement = build(&Decision::of_case(&decision, &trail, content).unwrap().unwrap()).unwrap();
        assert_eq!((statement.automated_detection, statement.source_type), (YesNo::Yes, SourceType::Voluntary));
        assert_eq!(statement.automated_decision, AutomatedDecision::Partially);
    }

    #[test]
    fn no_statement_is_owed_where_nothing_is_restricted_or_an_order_is_carried_out() {
        let (decision, trail, content) = case();
        let no_action =
            domain::Decision { outcome: Outcome::NoAction { why: "A quotation.".into() }, ..decision.clone() };
        assert_eq!(Decision::of_case(&no_action, &trail, content.clone()).unwrap(), None);
        let mut ordered = trail.clone();
        ordered.ways.push((decision.decided_at, Way::Told(Source::Order)));
        assert_eq!(Decision::of_case(&decision, &ordered, content).unwrap(), None);
    }

    #[test]
    fn who_saw_nothing_decided_nothing() {
        let (decision, mut trail, content) = case();
        trail.encounters.clear();
        assert!(matches!(Decision::of_case(&decision, &trail, content), Err(CaseError::Decision(_))));
    }
}
