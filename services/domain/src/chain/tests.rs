//! Chains grow at their end alone, and counts stay true through any number of reversals.

use proptest::prelude::*;

use super::*;
use crate::{
    Outcome, Replaces,
    decision::tests::{id, restricting, reviewer},
    machine::tests::hour,
};

fn replacing(number: u128, before: u128, by: &str, occasion: Occasion) -> Decision {
    Decision {
        replaces: Some(Replaces { decision_id: id(before), occasion }),
        maker: reviewer(by),
        outcome: Outcome::NoAction { why: "Heard again: a quotation.".into() },
        ..restricting(number, i64::try_from(number).unwrap())
    }
}

fn chain() -> Chain {
    Chain::begin(restricting(10, 10)).unwrap()
}

#[track_caller]
fn refused(decision: Decision, expected: &ChainError) {
    let mut chain = chain();
    let before = chain.clone();
    assert_eq!(chain.add(decision).as_ref(), Err(expected));
    assert_eq!(chain, before);
}

#[test]
fn the_last_decision_is_in_effect_and_a_retry_changes_nothing() {
    let mut chain = chain();
    let reversal = replacing(11, 10, "boris", Occasion::OwnReview);
    chain.add(reversal.clone()).unwrap();
    chain.add(reversal).unwrap();
    chain.add(restricting(10, 10)).unwrap();
    assert_eq!((chain.effective().decision_id, chain.decisions().count()), (id(11), 2));
}

#[test]
fn a_decision_that_does_not_follow_the_one_in_effect_is_refused() {
    let (decision_id, own) = (id(11), Occasion::OwnReview);
    let good = replacing(11, 10, "boris", own);
    refused(
        Decision { replaces: None, ..good.clone() },
        &ChainError::ReplacesNothing { decision_id, effective: id(10) },
    );
    refused(
        replacing(11, 9, "boris", own),
        &ChainError::ReplacesAnother { decision_id, replaces: id(9), effective: id(10) },
    );
    refused(
        Decision { case_id: id(2), ..good.clone() },
        &ChainError::OtherCase { decision_id, case_id: id(2), expected: id(1) },
    );
    refused(Decision { decided_at: hour(9), ..good.clone() }, &ChainError::Backwards { decision_id });
    refused(Decision { decision_id: id(10), ..good.clone() }, &ChainError::Unsound(good_itself()));
    refused(Decision { decided_at: hour(11), ..restricting(10, 10) }, &ChainError::IdTaken { decision_id: id(10) });
    assert_eq!(Chain::begin(good), Err(ChainError::FirstReplaces { decision_id, replaces: id(10) }));
}

fn good_itself() -> DecisionError {
    DecisionError::ReplacesItself { decision_id: id(10) }
}

#[test]
fn a_complaint_is_never_decided_by_a_machine_or_by_who_had_decided() {
    let complaint = Occasion::Complaint(id(5));
    let machine = Maker::Machine { name: "auto 1".into() };
    refused(
        Decision { maker: machine, ..replacing(11, 10, "boris", complaint) },
        &ChainError::ComplaintByMachine { decision_id: id(11) },
    );
    let reviewer = "anna".parse().unwrap();
    refused(replacing(11, 10, "anna", complaint), &ChainError::ComplaintByDecider { decision_id: id(11), reviewer });
    // Who decided earlier in the chain is bound too.
    let mut chain = chain();
    chain.add(replacing(11, 10, "boris", complaint)).unwrap();
    assert!(chain.add(replacing(12, 11, "anna", complaint)).is_err());
    assert_eq!(chain.add(replacing(12, 11, "carla", complaint)), Ok(()));
}

proptest! {
    #[test]
    fn counts_stay_true_through_any_reversals(cases in prop::collection::vec(
        prop::collection::vec((any::<bool>(), any::<bool>()), 1..6), 0..8))
    {
        let mut tally = Tally::default();
        let (mut standing, mut lifted, mut decisions) = (0, 0, 0);
        for case in &cases {
            let decision = |ordinal: usize, restricts: bool, by_law: bool| {
                let number = ordinal as u128 + 10;
                let mut decision = restricting(number, i64::try_from(number).unwrap());
                if ordinal > 0 {
                    decision.replaces = Some(Replaces { decision_id: id(number - 1), occasion: Occasion::OwnReview });
                }
                if !restricts {
                    decision.outcome = Outcome::NoAction { why: "None.".into() };
                } else if by_law && let Outcome::Restrict(measure) = &mut decision.outcome {
                    measure.basis = Basis::Law { legal_ground: "§ 241".into(), explanation: "A threat.".into() };
                }
                decision
            };
            let mut chain = Chain::begin(decision(0, case[0].0, case[0].1)).unwrap();
            for (ordinal, (restricts, by_law)) in case.iter().enumerate().skip(1) {
                chain.add(decision(ordinal, *restricts, *by_law)).unwrap();
            }
            let last = case[case.len() - 1].0;
            standing += u64::from(last);
            lifted += u64::from(!last && case.iter().any(|(restricts, _)| *restricts));
            decisions += case.len() as u64;
            tally.count(&chain);
        }
        prop_assert_eq!((tally.cases, tally.decisions), (cases.len() as u64, decisions));
        prop_assert_eq!((tally.restricted, tally.lifted), (standing, lifted));
        prop_assert_eq!(tally.decisions, tally.cases + tally.replaced);
        prop_assert_eq!(tally.cases, tally.restricted + tally.left_alone);
        prop_assert_eq!(tally.restricted, tally.by_law + tally.by_terms);
    }
}
