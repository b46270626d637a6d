//! Every pair of state and step of a dispute, the body's days, and what became of its decision.

use super::*;
use crate::{
    decision::tests::id,
    machine::tests::{check_grid, has, hour, walk},
};

fn brought() -> Dispute {
    Dispute::bring(Facts { dispute_id: id(1), decision_id: id(10), body: "Appeals Centre".into(), brought_at: hour(0) })
}

fn after(events: &[Event]) -> Dispute {
    let entries: Vec<_> = events.iter().map(|event| (hour(1), event.clone())).collect();
    brought().replay(&entries).unwrap()
}

fn decided(outcome: Outcome) -> Dispute {
    after(&[Event::Engage, Event::Decide { outcome }])
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "brought         engaged declined -       -       -           -               omitted
         engaged         -       -        engaged decided -           -               omitted
         decided         -       -        -       -       implemented not_implemented -
         implemented     -       -        -       -       -           -               -
         not_implemented -       -        -       -       -           -               -
         declined        -       -        -       decided -           -               -
         omitted         -       -        -       -       -           -               -",
    );
}

#[test]
fn whatever_path_it_takes_what_is_implemented_was_decided() {
    let why = || "Settled.".to_owned();
    let events = [
        Event::Engage,
        Event::Decline { why: why() },
        Event::Extend,
        Event::Decide { outcome: Outcome::Reversed },
        Event::Implement { new_decision_id: Some(id(11)) },
        Event::LeaveAside { why: why() },
        Event::Omit { why: why() },
    ];
    let events = events.map(|event| (hour(1), event));
    for dispute in walk(brought(), &events, |error| matches!(error, Error::Refusal(Refusal::OutOfTurn { .. }))) {
        if matches!(dispute.state(), State::Implemented | State::NotImplemented) {
            assert!(has(&dispute, "decide") && dispute.outcome() == Some(Outcome::Reversed));
        }
    }
}

#[test]
fn a_body_has_90_days_or_180_and_extends_once() {
    let engaged = after(&[Event::Engage]);
    assert_eq!(engaged.body_deadline(), Deadline::law(hour(90 * 24)));
    let extended = engaged.apply(hour(1), &Event::Extend).unwrap();
    assert_eq!(extended.body_deadline(), Deadline::law(hour(180 * 24)));
    assert_eq!(extended.apply(hour(1), &Event::Extend), Err(Error::ExtendedAlready(id(1))));
}

#[test]
fn what_is_refused_says_why() {
    let refused = |dispute: Dispute, event: Event| dispute.apply(hour(1), &event).unwrap_err();
    let dispute_id = id(1);
    let blank = || " ".to_owned();
    assert_eq!(refused(brought(), Event::Omit { why: blank() }), Error::NoReason { dispute_id, step: Step::Omit });
    assert_eq!(
        refused(brought(), Event::Decline { why: blank() }),
        Error::NoReason { dispute_id, step: Step::Decline }
    );
    let omitted = Event::Decide { outcome: Outcome::Omitted };
    assert_eq!(refused(after(&[Event::Engage]), omitted), Error::DecidedAsOmitted(dispute_id));
    let mismatch = |outcome| Error::OutcomeMismatch { dispute_id, outcome };
    let implement = |new_decision_id| Event::Implement { new_decision_id };
    assert_eq!(refused(decided(Outcome::Reversed), implement(None)), mismatch(Outcome::Reversed));
    assert_eq!(refused(decided(Outcome::Upheld), implement(Some(id(11)))), mismatch(Outcome::Upheld));
    let aside = Event::LeaveAside { why: "We disagree.".into() };
    assert_eq!(refused(decided(Outcome::Upheld), aside), Error::NothingToLeaveAside(dispute_id));
}

#[test]
fn what_the_body_decided_is_due_by_our_own_aim() {
    assert_eq!(brought().effect_deadline(&Aims::default()), None);
    assert_eq!(decided(Outcome::Reversed).effect_deadline(&Aims::default()), Some(Deadline::aim(hour(1 + 7 * 24))));
}
