//! Every pair of state and step of a complaint, and who may never decide one.

use proptest::prelude::*;

use super::*;
use crate::{
    Encounter, Seen,
    decision::tests::{id, restricting, reviewer},
    machine::tests::{check_grid, has, hour, walk},
};

fn facts() -> Facts {
    Facts {
        complaint_id: id(1),
        decision_id: id(10),
        lodged_at: hour(100),
        told_at: hour(10),
        subject: Subject::Account,
        reasons: "It was a line of a play.".into(),
    }
}

fn chain() -> Chain {
    Chain::begin(restricting(10, 10)).unwrap()
}

fn lodged() -> Complaint {
    Complaint::lodge(facts(), &chain(), LEAST_MONTHS).unwrap()
}

fn assign(name: &str) -> Event {
    Event::Assign { reviewer: name.parse().unwrap() }
}

fn decide(maker: Maker, heard: &[(&str, i64)]) -> Event {
    let encounter =
        |&(name, at): &(&str, i64)| Encounter { reviewer: name.parse().unwrap(), seen: Seen::Clip, at: hour(at) };
    Event::Decide {
        maker,
        outcome: Outcome::Reversed,
        new_decision_id: Some(id(11)),
        reasons: "A quotation.".into(),
        encounters: heard.iter().map(encounter).collect(),
    }
}

fn is_out_of_turn(error: &Error) -> bool {
    matches!(error, Error::Refusal(Refusal::OutOfTurn { .. }))
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "lodged    assigned -       -      withdrawn
         assigned  assigned decided -      withdrawn
         decided   -        -       closed -
         closed    -        -       -      -
         withdrawn -        -       -      -",
    );
}

#[test]
fn whatever_path_it_takes_a_closed_complaint_was_assigned_decided_and_told() {
    let good = decide(reviewer("boris"), &[("boris", 101)]);
    let events = [assign("boris"), good, Event::Tell, Event::Withdraw].map(|event| (hour(102), event));
    for complaint in walk(lodged(), &events, is_out_of_turn) {
        if complaint.state() == State::Closed {
            assert!(has(&complaint, "assign") && has(&complaint, "decide") && has(&complaint, "tell"));
            assert_eq!(complaint.outcome(), Some(Outcome::Reversed));
        }
    }
}

#[test]
fn what_is_refused_says_why() {
    let with_boris = lodged().apply(hour(101), &assign("boris")).unwrap();
    let refused = |event: &Event| with_boris.apply(hour(102), event).unwrap_err();
    let (complaint_id, boris) = (id(1), || "boris".parse::<ReviewerId>().unwrap());
    let machine = Maker::Machine { name: "auto 1".into() };
    assert_eq!(refused(&decide(machine, &[("boris", 101)])), Error::ByMachine(complaint_id));
    let anna = "anna".parse().unwrap();
    assert_eq!(refused(&assign("anna")), Error::ByDecider { complaint_id, reviewer: anna });
    assert!(matches!(refused(&decide(reviewer("anna"), &[("anna", 101)])), Error::ByDecider { .. }));
    let carla = "carla".parse().unwrap();
    assert_eq!(
        refused(&decide(reviewer("carla"), &[("carla", 101)])),
        Error::NotAssigned { complaint_id, assigned: boris(), reviewer: carla }
    );
    // Neither what another heard, nor what was heard before the complaint or after the decision, is enough.
    for heard in [("carla", 101), ("boris", 99), ("boris", 103)] {
        assert_eq!(
            refused(&decide(reviewer("boris"), &[heard])),
            Error::NothingSeen { complaint_id, reviewer: boris() }
        );
    }
}

#[test]
fn a_reversal_needs_its_decision_and_every_outcome_its_reasons() {
    let with_boris = lodged().apply(hour(101), &assign("boris")).unwrap();
    let refused = |outcome, new_decision_id, reasons: &str| {
        let mut event = decide(reviewer("boris"), &[("boris", 101)]);
        if let Event::Decide { outcome: o, new_decision_id: n, reasons: r, .. } = &mut event {
            (*o, *n, *r) = (outcome, new_decision_id, reasons.to_owned());
        }
        with_boris.apply(hour(102), &event).err()
    };
    let mismatch = |outcome| Some(Error::OutcomeMismatch { complaint_id: id(1), outcome });
    assert_eq!(refused(Outcome::Reversed, None, "x"), mismatch(Outcome::Reversed));
    assert_eq!(refused(Outcome::PartiallyReversed, None, "x"), mismatch(Outcome::PartiallyReversed));
    assert_eq!(refused(Outcome::Upheld, Some(id(11)), "x"), mismatch(Outcome::Upheld));
    assert_eq!(refused(Outcome::Upheld, None, " "), Some(Error::NoReasons(id(1))));
    assert_eq!(refused(Outcome::Upheld, None, "x"), None);
}

#[test]
fn six_months_are_the_least_and_the_day_after_is_too_late() {
    let lodge = |lodged_at, months| Complaint::lodge(Facts { lodged_at, ..facts() }, &chain(), months);
    assert_eq!(lodge(hour(100), 5), Err(Error::WindowTooShort(5)));
    // Told on 1 March at 22:00: open through 1 September, everywhere.
    let until: DateTime<Utc> = "2026-09-03T00:00:00Z".parse().unwrap();
    assert!(lodge(until, 6).is_ok());
    let late = until + chrono::TimeDelta::seconds(1);
    assert_eq!(lodge(late, 6), Err(Error::TooLate { complaint_id: id(1), lodged_at: late, until }));
    assert!(lodge(late, 7).is_ok());
    let elsewhere = Facts { decision_id: id(99), ..facts() };
    assert!(matches!(Complaint::lodge(elsewhere, &chain(), 6), Err(Error::NotOnCase { .. })));
}

#[test]
fn who_decided_the_case_since_it_came_cannot_have_it_and_who_decided_on_it_can_be_read_back() {
    let by = |name: &str, number, replaced, occasion| crate::Decision {
        maker: reviewer(name),
        replaces: Some(crate::Replaces { decision_id: id(replaced), occasion }),
        ..restricting(number, 200)
    };
    let mut chain = chain();
    chain.add(by("boris", 11, 10, Occasion::OwnReview)).unwrap();
    chain.add(by("carla", 12, 11, Occasion::Complaint(id(1)))).unwrap();
    let complaint = lodged().aware_of(&chain);
    let assigned = |name| complaint.apply(hour(300), &assign(name)).map(|_| ());
    for name in ["anna", "boris"] {
        assert!(matches!(assigned(name), Err(Error::ByDecider { .. })), "{name}");
    }
    assert_eq!(assigned("carla"), Ok(()));
}

proptest! {
    #[test]
    fn no_path_has_a_complaint_decided_by_a_machine_or_by_the_decider(
        steps in prop::collection::vec((0_usize..5, prop::sample::select(vec!["anna", "boris", "carla"])), 0..12))
    {
        let mut complaint = lodged();
        for (hours, (step, name)) in (101..).zip(steps) {
            let event = match step {
                0 => assign(name),
                1 => decide(reviewer(name), &[(name, 100)]),
                2 => decide(Maker::Machine { name: name.into() }, &[(name, 100)]),
                3 => Event::Tell,
                _ => Event::Withdraw,
            };
            complaint = complaint.apply(hour(hours), &event).unwrap_or(complaint);
        }
        let (mut assigned, anna) = (None, "anna".parse::<ReviewerId>().unwrap());
        for (_, event) in complaint.history().entries() {
            match event {
                Event::Assign { reviewer } => assigned = Some(reviewer.clone()),
                Event::Decide { maker, .. } => {
                    let Maker::Reviewer(who) = maker else { return Err(TestCaseError::fail("by machine")) };
                    prop_assert!(*who != anna && assigned.as_ref() == Some(who));
                }
                Event::Tell | Event::Withdraw => {}
            }
        }
    }
}
