//! Tests of statements built from decisions.

use domain::{Category, StatementCategory};

use super::*;
use crate::statement::{AutomatedDecision, Code, FoundBy, Seen, Visibility};

pub(in crate::statement) fn decision(id: u128) -> Decision {
    Decision {
        decision_id: Uuid::from_u128(id),
        restrictions: Restrictions { visibility: vec![Visibility::Removed], ..Restrictions::default() },
        basis: Basis::Terms {
            clause: "House rules, clause 3 (version 7)".to_owned(),
            explanation: "The speaker called a group of people vermin.".to_owned(),
            is_illegal: None,
        },
        reference_url: Some("https://rooms.example.eu/terms".to_owned()),
        label: Label::of(Category::Hate),
        content: vec![ContentType::Audio],
        content_other: None,
        language: Some("de".to_owned()),
        held_since: "2026-05-04T23:59:59Z".parse().unwrap(),
        applied_at: "2026-05-05T00:10:00Z".parse().unwrap(),
        facts: "A turn of 9 seconds in an open room; a reviewer heard it.".to_owned(),
        scope: Scope::Union,
        source: Source::OwnInitiative,
        course: Course {
            found_by: FoundBy::Machine,
            was_restricted_by_machine: false,
            decided_by: DecidedBy::Person(vec![Seen::Clip, Seen::Finding]),
        },
        account_type: None,
    }
}

fn faults(decision: &Decision) -> Vec<(String, Code)> {
    match build(decision) {
        Err(BuildError::Faulty { faults, .. }) => faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_decision_becomes_a_statement_that_reads_back() {
    let statement = build(&decision(7)).unwrap();
    assert_eq!(statement.automated_decision, AutomatedDecision::Partially);
    assert_eq!((statement.territorial_scope.len(), statement.content_language.map(Language::as_str)), (27, Some("DE")));
    let bytes = statement.canonical().unwrap();
    assert_eq!(serde_json::from_slice::<Statement>(&bytes).unwrap(), statement);
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with(r#"{"application_date":"2026-05-05","automated_decision":"AUTOMATED_DECISION_PARTIALLY""#),
        "{text}"
    );
    assert!(!text.contains("null"), "{text}");
}

#[test]
fn the_same_decision_has_the_same_bytes_however_its_lists_are_ordered() {
    let mut other = decision(7);
    other.scope =
        Scope::States(MemberState::ALL.iter().rev().copied().filter(|state| state.is_in_the_union()).collect());
    other.restrictions.visibility = vec![Visibility::Removed, Visibility::Removed];
    assert_eq!(build(&other).unwrap().canonical().unwrap(), build(&decision(7)).unwrap().canonical().unwrap());
}

#[test]
fn every_category_of_ours_makes_a_sound_statement_of_the_terms() {
    for &category in Category::ALL {
        let decision = Decision { label: Label::of(category), ..decision(1) };
        assert_eq!(build(&decision).map(|statement| statement.category).unwrap(), category.statement_category());
    }
}

#[test]
fn an_order_has_no_statement() {
    let decision = Decision { source: Source::Order, ..decision(1) };
    assert!(matches!(build(&decision), Err(BuildError::Order { .. })));
}

#[test]
fn a_person_who_saw_nothing_decided_nothing() {
    let mut decision = decision(1);
    decision.course.decided_by = DecidedBy::Person(vec![]);
    assert!(matches!(build(&decision), Err(BuildError::NothingSeen { .. })));
}

#[test]
fn faults_are_named_before_anything_goes_out() {
    let mut decision = decision(1);
    decision.facts = "Said by anna@example.org".to_owned();
    decision.applied_at = "2026-05-03T00:00:00Z".parse().unwrap();
    assert_eq!(
        faults(&decision),
        [
            ("/content_date".to_owned(), Code::DateOrder),
            ("/application_date".to_owned(), Code::DateOrder),
            ("/decision_facts".to_owned(), Code::PersonalData),
        ]
    );
}

#[test]
fn a_breach_of_the_terms_alone_cannot_be_called_illegal() {
    let law = Basis::Law { legal_ground: "Law, section 1".to_owned(), explanation: "Why".to_owned() };
    let decision = Decision { basis: law, label: Label::of(Category::Profanity), ..decision(1) };
    assert_eq!(decision.label.category, StatementCategory::OtherViolationTc);
    assert_eq!(faults(&decision)[0], ("/category".to_owned(), Code::CategoryMisused));
}
