//! Statements from the decisions that owe one.

use chrono::{DateTime, Utc};
use domain::{DecisionId, Object};
use report_formats::statement::{BuildError, Content, ContentType, Decision, Fault, build, outbox::Entry};
use serde::Serialize;
use serde_json::Value;
use store::{CaseFile, DutyError, NewStatement, Store};

/// Decisions read at a time.
const PAGE: i64 = 200;

/// What building came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Built {
    /// Statements that are new.
    pub built: u64,
    /// Decisions that restrict and owe none: they carry out an order (Article 17(5)).
    pub not_owed: u64,
    /// Decisions that owe one which cannot be built as they are.
    pub unbuilt: u64,
}

/// A decision that owes a statement which cannot be built.
#[derive(Clone, Debug, Serialize)]
pub struct Unbuilt {
    /// The decision.
    pub decision: DecisionId,
    /// Why not, in words.
    pub message: String,
    /// What is wrong with the statement that it would be.
    pub faults: Vec<Fault>,
}

/// Builds the statement of each decision that owes one and has none, and keeps it. Each that cannot be built is told, and
/// holds up no other.
///
/// # Errors
/// What the database said.
pub async fn build_statements(
    store: &Store,
    now: DateTime<Utc>,
    tell: &mut (dyn FnMut(Unbuilt) + Send),
) -> Result<Built, DutyError> {
    let mut done = Built::default();
    let mut after = None;
    loop {
        let page = store.decisions_without_statement(after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(done) };
        after = Some(*last);
        let mut cases: Vec<_> = page.iter().map(|(_, case)| *case).collect();
        cases.sort_unstable();
        cases.dedup();
        let files = store.cases(&cases).await?;
        let mut built = Vec::new();
        for (decision_id, case_id) in page {
            let Some(file) = files.iter().find(|file| file.case.id() == case_id) else { continue };
            match statement(file, decision_id) {
                Ok(Some(statement)) => built.push(statement),
                Ok(None) => done.not_owed += 1,
                Err(unbuilt) => {
                    done.unbuilt += 1;
                    tell(unbuilt);
                }
            }
        }
        done.built += store.keep_statements(&built, now).await?;
    }
}

/// The statement of a decision on a case; none where none is owed.
pub(super) fn statement(file: &CaseFile, decision_id: DecisionId) -> Result<Option<NewStatement>, Unbuilt> {
    let cannot = |message: String, faults| Unbuilt { decision: decision_id, message, faults };
    let mut decisions = file.chain.iter().flat_map(domain::Chain::decisions);
    let Some(decision) = decisions.find(|decision| decision.decision_id == decision_id) else {
        return Err(cannot("the decision is not on its case".to_owned(), Vec::new()));
    };
    let content = Content {
        content: vec![ContentType::Audio],
        content_other: None,
        language: file.language.clone(),
        held_since: file.held_since.unwrap_or_else(|| file.case.history().began_at()),
        account_type: None,
        reference_url: None,
    };
    let input = Decision::of_case(decision, &file.trail, content).map_err(|error| cannot(told(&error), Vec::new()))?;
    let Some(input) = input else { return Ok(None) };
    let statement = build(&input).map_err(|error| match error {
        BuildError::Faulty { faults, .. } => cannot("the statement would have faults".to_owned(), faults),
        BuildError::Order { .. } | BuildError::NothingSeen { .. } | BuildError::Write { .. } => {
            cannot(told(&error), Vec::new())
        }
    })?;
    let body = statement.canonical().map_err(|error| cannot(told(&error), Vec::new()))?;
    let entry = serde_json::to_value(Entry::waiting()).unwrap_or(Value::Null);
    Ok(Some(NewStatement { puid: statement.puid.to_string(), decision_id, body, entry }))
}

/// An error with its causes, on one line.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error).chain(causes).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
