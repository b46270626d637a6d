//! Decisions that say all they must, and each thing that one may lack.

use newtype_uuid::{GenericUuid, TypedUuid, TypedUuidKind};
use uuid::Uuid;

use super::*;
use crate::{Account, Category, Seen, Way, machine::tests::hour};

/// The id with that number.
pub(crate) fn id<K: TypedUuidKind>(number: u128) -> TypedUuid<K> {
    TypedUuid::from_untyped_uuid(Uuid::from_u128(number))
}

pub(crate) fn reviewer(name: &str) -> Maker {
    Maker::Reviewer(name.parse().unwrap())
}

/// The first decision on case 1, by anna: the account is suspended for a week.
pub(crate) fn restricting(number: u128, hours: i64) -> Decision {
    let measure = Measure {
        basis: Basis::Terms { clause: "2.1 Threats".into(), explanation: "A threat.".into(), is_illegal: None },
        clause: Some(Clause { id: "threats".into(), version: "3".into() }),
        label: Label::of(Category::Threat),
        restrictions: Restrictions {
            account: Some(Account::Suspended),
            account_until: Some(hour(hours + 168)),
            ..Restrictions::default()
        },
        scope: Scope::Union,
        applied_at: hour(hours),
        facts: "A speaker announced violence.".into(),
    };
    Decision {
        decision_id: id(number),
        case_id: id(1),
        replaces: None,
        maker: reviewer("anna"),
        decided_at: hour(hours),
        outcome: Outcome::Restrict(Box::new(measure)),
    }
}

#[track_caller]
fn lacks(change: impl Fn(&mut Decision, &mut Measure), expected: &str) {
    let mut decision = restricting(7, 0);
    let mut measure = decision.measure().unwrap().clone();
    change(&mut decision, &mut measure);
    if decision.measure().is_some() {
        decision.outcome = Outcome::Restrict(Box::new(measure));
    }
    let told = decision.check().unwrap_err().to_string();
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn a_decision_that_says_all_is_sound() {
    assert_eq!(restricting(7, 0).check(), Ok(()));
    let no_action = Decision { outcome: Outcome::NoAction { why: "Satire.".into() }, ..restricting(7, 0) };
    assert_eq!(no_action.check(), Ok(()));
}

#[test]
fn each_thing_that_a_decision_lacks_is_named() {
    lacks(|_, measure| measure.facts = " ".into(), "has no facts");
    lacks(|_, measure| measure.clause = None, "has no id of the clause");
    lacks(
        |_, measure| measure.basis = Basis::Law { legal_ground: String::new(), explanation: "x".into() },
        "has no legal ground",
    );
    lacks(|decision, _| decision.maker = Maker::Machine { name: String::new() }, "machine that made it");
    lacks(|decision, _| decision.outcome = Outcome::NoAction { why: "\t".into() }, "has no reason");
    lacks(|_, measure| measure.scope = Scope::States(Vec::new()), "holds in no state");
    lacks(|_, measure| measure.restrictions = Restrictions::default(), "its outcome is no action");
    lacks(
        |_, measure| measure.restrictions.account_until = Some(hour(-1)),
        "before it begins at 2026-03-01 12:00:00 UTC",
    );
    lacks(|_, measure| measure.restrictions.monetary_until = Some(hour(1)), "of payments, but no such restriction");
    lacks(|_, measure| measure.restrictions.monetary = Some(Monetary::Other), "restriction of payments");
    lacks(|_, measure| measure.restrictions.visibility = vec![Visibility::Other], "restriction of visibility");
    lacks(
        |decision, _| decision.replaces = Some(Replaces { decision_id: id(7), occasion: Occasion::OwnReview }),
        "replaces itself",
    );
}

#[test]
fn a_decision_by_someone_who_saw_nothing_has_no_course() {
    let mut trail = Trail { ways: vec![(hour(-2), Way::Flag)], ..Trail::default() };
    let decision = restricting(7, 0);
    assert!(matches!(decision.course(&trail), Err(DecisionError::Trail { .. })));
    trail.encounters.push(crate::Encounter { reviewer: "anna".parse().unwrap(), seen: Seen::Clip, at: hour(-1) });
    assert!(decision.course(&trail).unwrap().automated_detection());
}

#[test]
fn a_decision_reads_back_from_json() {
    let decision = restricting(7, 0);
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
}
