//! A statement of reasons from what is known of a decision.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{
    AccountType, Basis, ContentType, Course, DecidedBy, Fault, Ground, Label, Language, MemberState, Puid,
    Restrictions, Scope, Source, SourceType, Statement, YesNo, check_document,
};

/// What a statement needs to know of a decision. Instants become days in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The decision's id; a reversal is a decision of its own.
    pub decision_id: Uuid,
    /// What was restricted.
    pub restrictions: Restrictions,
    /// Law or terms, and why.
    pub basis: Basis,
    /// Where law or terms can be read.
    pub reference_url: Option<String>,
    /// Category and keywords.
    pub label: Label,
    /// What the content is: sound, and synthetic media where the voice was made.
    pub content: Vec<ContentType>,
    /// What [`ContentType::Other`] stands for.
    pub content_other: Option<String>,
    /// The language by the recogniser's code.
    pub language: Option<String>,
    /// Since when the service holds the content; for live sound, when it was spoken.
    pub held_since: DateTime<Utc>,
    /// When the restriction began.
    pub applied_at: DateTime<Utc>,
    /// The facts relied on, in words that name nobody.
    pub facts: String,
    /// Where the restriction holds.
    pub scope: Scope,
    /// What led to the decision.
    pub source: Source,
    /// How the case went, from which the automation codes follow.
    pub course: Course,
    /// Whose account it is, where known.
    pub account_type: Option<AccountType>,
}

/// Why there is no statement of a decision.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It carries out an order under Article 9: Article 17(5) asks for no statement, and the database refuses one.
    #[error("the decision {decision_id} carries out an order, so there is no statement of reasons")]
    Order {
        /// The decision.
        decision_id: Uuid,
    },
    /// A person decided without seeing or hearing anything: the record is wrong.
    #[error("the decision {decision_id} was made by a person who saw and heard nothing")]
    NothingSeen {
        /// The decision.
        decision_id: Uuid,
    },
    /// The statement has faults, which must be mended before it can go out.
    #[error("the statement of the decision {decision_id} has {} faults, first {}", faults.len(), first(faults))]
    Faulty {
        /// The decision.
        decision_id: Uuid,
        /// Each fault.
        faults: Vec<Fault>,
    },
    /// The statement could not be written.
    #[error("the statement of the decision {decision_id} cannot be written as JSON")]
    Write {
        /// The decision.
        decision_id: Uuid,
        /// What the writer said.
        #[source]
        source: serde_json::Error,
    },
}

fn first(faults: &[Fault]) -> String {
    faults.first().map(|fault| format!("{} {}", fault.pointer, fault.code)).unwrap_or_default()
}

/// Builds the statement of a decision; what comes out has passed the check.
///
/// # Errors
/// [`BuildError`] where no statement is owed, or none without fault can be made.
pub fn build(decision: &Decision) -> Result<Statement, BuildError> {
    let decision_id = decision.decision_id;
    if decision.source == Source::Order {
        return Err(BuildError::Order { decision_id });
    }
    if decision.course.decided_by == DecidedBy::Person(Vec::new()) {
        return Err(BuildError::NothingSeen { decision_id });
    }
    let statement = with_basis(decision, write(decision));
    let bytes = statement.canonical().map_err(|source| BuildError::Write { decision_id, source })?;
    let faults = check_document(&bytes).faults;
    if faults.is_empty() { Ok(statement) } else { Err(BuildError::Faulty { decision_id, faults }) }
}

fn write(decision: &Decision) -> Statement {
    let restrictions = &decision.restrictions;
    let (source_type, source_identity) = source(&decision.source);
    Statement {
        decision_visibility: each_once(&restrictions.visibility),
        decision_visibility_other: restrictions.visibility_other.clone(),
        end_date_visibility_restriction: restrictions.visibility_until.map(day),
        decision_monetary: restrictions.monetary,
        decision_monetary_other: restrictions.monetary_other.clone(),
        end_date_monetary_restriction: restrictions.monetary_until.map(day),
        decision_provision: restrictions.provision,
        end_date_service_restriction: restrictions.provision_until.map(day),
        decision_account: restrictions.account,
        end_date_account_restriction: restrictions.account_until.map(day),
        account_type: decision.account_type,
        decision_facts: decision.facts.trim().to_owned(),
        decision_ground: Ground::Incompatible,
        decision_ground_reference_url: decision.reference_url.clone(),
        illegal_content_legal_ground: None,
        illegal_content_explanation: None,
        incompatible_content_ground: None,
        incompatible_content_explanation: None,
        incompatible_content_illegal: None,
        content_type: each_once(&decision.content),
        content_type_other: decision.content_other.clone(),
        content_language: decision.language.as_deref().and_then(Language::of_recogniser),
        content_date: day(decision.held_since),
        content_id: None,
        category: decision.label.category,
        category_addition: each_once(&decision.label.additional),
        category_specification: each_once(&decision.label.keywords),
        category_specification_other: decision.label.free_keyword.clone(),
        territorial_scope: states(&decision.scope),
        application_date: day(decision.applied_at),
        source_type,
        source_identity,
        automated_detection: decision.course.automated_detection().into(),
        automated_decision: decision.course.automated_decision(),
        puid: Puid::of_decision(decision.decision_id),
    }
}

fn with_basis(decision: &Decision, statement: Statement) -> Statement {
    match decision.basis.clone() {
        Basis::Law { legal_ground, explanation } => Statement {
            decision_ground: Ground::Illegal,
            illegal_content_legal_ground: Some(legal_ground),
            illegal_content_explanation: Some(explanation),
            ..statement
        },
        Basis::Terms { clause, explanation, is_illegal } => Statement {
            incompatible_content_ground: Some(clause),
            incompatible_content_explanation: Some(explanation),
            incompatible_content_illegal: is_illegal.map(YesNo::from),
            ..statement
        },
    }
}

fn source(source: &Source) -> (SourceType, Option<String>) {
    match source {
        // An order never comes this far.
        Source::OwnInitiative | Source::Order => (SourceType::Voluntary, None),
        Source::Notice { organisation } => (SourceType::Article16, organisation.clone()),
        Source::TrustedFlagger { organisation } => (SourceType::TrustedFlagger, Some(organisation.clone())),
        Source::OtherNotification { organisation } => (SourceType::OtherNotification, organisation.clone()),
    }
}

fn states(scope: &Scope) -> Vec<MemberState> {
    let all = MemberState::ALL.iter().copied();
    match scope {
        Scope::Union => all.filter(|state| state.is_in_the_union()).collect(),
        Scope::EconomicArea => all.collect(),
        Scope::States(states) => each_once(states),
    }
}

/// In the order of the closed list, so that the same decision has the same bytes.
fn each_once<T: Ord + Copy>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

fn day(instant: DateTime<Utc>) -> NaiveDate {
    instant.date_naive()
}

#[cfg(test)]
pub(super) mod tests;
