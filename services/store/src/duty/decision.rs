//! Decisions and their measures as rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    Basis, CaseId, Chain, Clause, ComplaintId, Decision, DecisionId, DisputeId, Label, Maker, Measure, MemberState,
    Occasion, OrderId, Outcome, Replaces, Restrictions, Scope, StatementCategory, StatementKeyword, Visibility,
};
use ledger::truncate_instant;
use newtype_uuid::GenericUuid;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::DutyError;
use crate::{
    error::{Doing, Reading, RowError, StoreError},
    rows::{storable, uuid},
};

struct DecisionRow {
    decision_id: Uuid,
    case_id: Uuid,
    replaces_id: Option<Uuid>,
    occasion: Option<String>,
    occasion_id: Option<Uuid>,
    made_by: String,
    maker: String,
    decided_at: DateTime<Utc>,
    outcome: String,
    why: Option<String>,
}

struct MeasureRow {
    decision_id: Uuid,
    ground: String,
    ground_text: String,
    explanation: String,
    is_illegal: Option<bool>,
    clause_id: Option<String>,
    clause_version: Option<String>,
    category: String,
    additional: Vec<String>,
    keywords: Vec<String>,
    free_keyword: Option<String>,
    visibility: Vec<String>,
    visibility_other: Option<String>,
    visibility_until: Option<DateTime<Utc>>,
    monetary: Option<String>,
    monetary_other: Option<String>,
    monetary_until: Option<DateTime<Utc>>,
    provision: Option<String>,
    provision_until: Option<DateTime<Utc>>,
    account: Option<String>,
    account_until: Option<DateTime<Utc>>,
    scope: String,
    states: Vec<String>,
    applied_at: DateTime<Utc>,
    facts: String,
}

const DOING: &str = "read decisions";

/// The decisions on each of those cases; a case without one is left out.
pub(super) async fn chains(connection: &mut PgConnection, cases: &[Uuid]) -> Result<HashMap<Uuid, Chain>, DutyError> {
    let rows = sqlx::query_file_as!(DecisionRow, "queries/decision/of_cases.sql", cases)
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.decision_id).collect();
    let measures =
        sqlx::query_file_as!(MeasureRow, "queries/measure/of.sql", &ids).fetch_all(connection).await.doing(DOING)?;
    let mut measures: HashMap<Uuid, MeasureRow> = measures.into_iter().map(|row| (row.decision_id, row)).collect();
    // Two decisions may share an instant: which replaces which tells their order.
    let mut next: HashMap<(Uuid, Option<Uuid>), DecisionRow> =
        rows.into_iter().map(|row| ((row.case_id, row.replaces_id), row)).collect();
    let mut chains = HashMap::new();
    for case in cases {
        let mut last = None;
        let mut chain: Option<Chain> = None;
        while let Some(row) = next.remove(&(*case, last)) {
            last = Some(row.decision_id);
            let measure = measures.remove(&row.decision_id);
            let decision = decision(row, measure)?;
            match &mut chain {
                None => chain = Some(Chain::begin(decision)?),
                Some(chain) => chain.add(decision)?,
            }
        }
        chains.extend(chain.map(|chain| (*case, chain)));
    }
    Ok(chains)
}

fn decision(row: DecisionRow, measure: Option<MeasureRow>) -> Result<Decision, StoreError> {
    let outcome = match (row.outcome.as_str(), measure) {
        ("restrict", Some(measure)) => Outcome::Restrict(Box::new(self::measure(measure)?)),
        ("no_action", None) => Outcome::NoAction { why: row.why.unwrap_or_default() },
        (name, _) => return Err(unknown("outcome of a decision", name, "no_action, or restrict with its measure")),
    };
    let maker = match row.made_by.as_str() {
        "reviewer" => Maker::Reviewer(row.maker.parse().reading("maker of a decision")?),
        _ => Maker::Machine { name: row.maker },
    };
    let replaces = row.replaces_id.map(|replaced| {
        let occasion = occasion(row.occasion.as_deref().unwrap_or_default(), row.occasion_id)?;
        Ok(Replaces { decision_id: DecisionId::from_untyped_uuid(replaced), occasion })
    });
    Ok(Decision {
        decision_id: DecisionId::from_untyped_uuid(row.decision_id),
        case_id: CaseId::from_untyped_uuid(row.case_id),
        replaces: replaces.transpose()?,
        maker,
        decided_at: row.decided_at,
        outcome,
    })
}

fn unknown(list: &'static str, name: &str, known: &str) -> StoreError {
    let source = RowError::Unknown(domain::UnknownName { list, name: name.to_owned(), known: known.to_owned() });
    StoreError::Row { what: list, source }
}

fn occasion(name: &str, id: Option<Uuid>) -> Result<Occasion, StoreError> {
    match (name, id) {
        ("complaint", Some(id)) => Ok(Occasion::Complaint(ComplaintId::from_untyped_uuid(id))),
        ("dispute", Some(id)) => Ok(Occasion::Dispute(DisputeId::from_untyped_uuid(id))),
        ("order", Some(id)) => Ok(Occasion::Order(OrderId::from_untyped_uuid(id))),
        ("own_review", None) => Ok(Occasion::OwnReview),
        _ => {
            Err(unknown("occasion of a decision", name, "complaint, dispute and order with an id; own_review without"))
        }
    }
}

fn of_occasion(occasion: Occasion) -> (&'static str, Option<Uuid>) {
    match occasion {
        Occasion::Complaint(id) => ("complaint", Some(uuid(id))),
        Occasion::Dispute(id) => ("dispute", Some(uuid(id))),
        Occasion::Order(id) => ("order", Some(uuid(id))),
        Occasion::OwnReview => ("own_review", None),
    }
}

fn all<T: std::str::FromStr<Err: Into<RowError>>>(names: &[String], what: &'static str) -> Result<Vec<T>, StoreError> {
    names.iter().map(|name| name.parse().reading(what)).collect()
}

fn maybe<T: std::str::FromStr<Err: Into<RowError>>>(
    name: Option<&str>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    name.map(|name| name.parse().reading(what)).transpose()
}

fn measure(row: MeasureRow) -> Result<Measure, StoreError> {
    let (ground, explanation) = (row.ground_text, row.explanation);
    let basis = match row.ground.as_str() {
        "law" => Basis::Law { legal_ground: ground, explanation },
        _ => Basis::Terms { clause: ground, explanation, is_illegal: row.is_illegal },
    };
    let scope = match row.scope.as_str() {
        "union" => Scope::Union,
        "economic_area" => Scope::EconomicArea,
        _ => Scope::States(all(&row.states, "state of a measure")?),
    };
    Ok(Measure {
        basis,
        clause: row.clause_id.zip(row.clause_version).map(|(id, version)| Clause { id, version }),
        label: Label {
            category: row.category.parse().reading("category of a measure")?,
            additional: all(&row.additional, "category of a measure")?,
            keywords: all(&row.keywords, "keyword of a measure")?,
            free_keyword: row.free_keyword,
        },
        restrictions: Restrictions {
            visibility: all(&row.visibility, "restriction of visibility")?,
            visibility_other: row.visibility_other,
            visibility_until: row.visibility_until,
            monetary: maybe(row.monetary.as_deref(), "restriction of payments")?,
            monetary_other: row.monetary_other,
            monetary_until: row.monetary_until,
            provision: maybe(row.provision.as_deref(), "restriction of the service")?,
            provision_until: row.provision_until,
            account: maybe(row.account.as_deref(), "restriction of the account")?,
            account_until: row.account_until,
        },
        scope,
        applied_at: row.applied_at,
        facts: row.facts,
    })
}

/// The decision as the database can keep it: instants in microseconds, no NUL characters.
pub(super) fn keepable(mut decision: Decision) -> Decision {
    decision.decided_at = truncate_instant(decision.decided_at);
    match &mut decision.outcome {
        Outcome::NoAction { why } => *why = storable(why),
        Outcome::Restrict(measure) => {
            let given = &mut measure.restrictions;
            measure.applied_at = truncate_instant(measure.applied_at);
            for until in [
                &mut given.visibility_until,
                &mut given.monetary_until,
                &mut given.provision_until,
                &mut given.account_until,
            ] {
                *until = until.map(truncate_instant);
            }
            measure.facts = storable(&measure.facts);
        }
    }
    decision
}

/// Adds a decision and its measure.
pub(super) async fn add(transaction: &mut PgConnection, decision: &Decision) -> Result<(), StoreError> {
    let (made_by, maker) = match &decision.maker {
        Maker::Machine { name } => ("machine", name.as_str()),
        Maker::Reviewer(reviewer) => ("reviewer", reviewer.as_str()),
    };
    let (outcome, why) = match &decision.outcome {
        Outcome::NoAction { why } => ("no_action", Some(why.as_str())),
        Outcome::Restrict(_) => ("restrict", None),
    };
    let occasion = decision.replaces.map(|replaces| of_occasion(replaces.occasion));
    sqlx::query_file!(
        "queries/decision/add.sql",
        uuid(decision.decision_id),
        uuid(decision.case_id),
        decision.replaces.map(|replaces| uuid(replaces.decision_id)),
        occasion.map(|(name, _)| name),
        occasion.and_then(|(_, id)| id),
        made_by,
        maker,
        decision.decided_at,
        outcome,
        why,
    )
    .execute(&mut *transaction)
    .await
    .doing("keep a decision")?;
    match decision.measure() {
        Some(measure) => add_measure(transaction, decision.decision_id, measure).await,
        None => Ok(()),
    }
}

async fn add_measure(transaction: &mut PgConnection, id: DecisionId, measure: &Measure) -> Result<(), StoreError> {
    let (ground, ground_text, explanation, is_illegal) = match &measure.basis {
        Basis::Law { legal_ground, explanation } => ("law", legal_ground, explanation, None),
        Basis::Terms { clause, explanation, is_illegal } => ("terms", clause, explanation, *is_illegal),
    };
    let (scope, states): (_, &[MemberState]) = match &measure.scope {
        Scope::Union => ("union", &[]),
        Scope::EconomicArea => ("economic_area", &[]),
        Scope::States(states) => ("states", states),
    };
    let (label, given) = (&measure.label, &measure.restrictions);
    sqlx::query_file!(
        "queries/measure/add.sql",
        uuid(id),
        ground,
        storable(ground_text),
        storable(explanation),
        is_illegal,
        measure.clause.as_ref().map(|clause| storable(&clause.id)),
        measure.clause.as_ref().map(|clause| storable(&clause.version)),
        label.category.as_str(),
        &names(&label.additional, StatementCategory::as_str),
        &names(&label.keywords, StatementKeyword::as_str),
        label.free_keyword.as_deref().map(storable),
        &names(&given.visibility, Visibility::as_str),
        given.visibility_other.as_deref().map(storable),
        given.visibility_until,
        given.monetary.map(domain::Monetary::as_str),
        given.monetary_other.as_deref().map(storable),
        given.monetary_until,
        given.provision.map(domain::Provision::as_str),
        given.provision_until,
        given.account.map(domain::Account::as_str),
        given.account_until,
        scope,
        &names(states, MemberState::as_str),
        measure.applied_at,
        measure.facts,
    )
    .execute(transaction)
    .await
    .doing("keep a measure")?;
    Ok(())
}

fn names<T: Copy>(values: &[T], name: impl Fn(T) -> &'static str) -> Vec<String> {
    values.iter().map(|value| name(*value).to_owned()).collect()
}
