//! Every pair of state and step of a case, and that a lost claim decides nothing.

use proptest::prelude::*;

use super::*;
use crate::{
    decision::tests::{id, reviewer},
    machine::tests::{check_grid, hour, walk},
};

fn open() -> Case {
    Case::open(id(1), hour(0))
}

fn claim(name: &str, token: u64) -> Event {
    Event::Claim { reviewer: name.parse().unwrap(), token }
}

fn decide(token: u64, name: &str) -> Event {
    Event::Decide { token: Some(token), maker: reviewer(name), decision_id: id(10) }
}

fn by_machine() -> Event {
    Event::Decide { token: None, maker: Maker::Machine { name: "auto 1".into() }, decision_id: id(10) }
}

fn complaint() -> Event {
    Event::Reopen { occasion: Occasion::Complaint(id(5)) }
}

fn after(events: &[Event]) -> Case {
    let entries: Vec<_> = events.iter().map(|event| (hour(1), event.clone())).collect();
    open().replay(&entries).unwrap()
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "open    claimed -    -    -    -    -    -       decided -
         claimed -       open open open held -    claimed decided -
         held    -       -    -    -    -    open -       -       -
         decided -       -    -    -    -    -    -       -       open",
    );
}

#[test]
fn whatever_path_it_takes_it_moves_as_the_table_says() {
    let why = || "Not my language.".to_owned();
    let events = [
        claim("anna", 1),
        Event::Release { token: 1 },
        Event::Skip { token: 1, why: why() },
        Event::Lapse { token: 1 },
        Event::Hold { token: 1, why: why(), until: hour(9) },
        Event::Resume,
        Event::HandOver { token: 1, to: "boris".parse().unwrap(), new_token: 2 },
        decide(1, "anna"),
        decide(2, "boris"),
        by_machine(),
        Event::Reopen { occasion: Occasion::OwnReview },
    ]
    .map(|event| (hour(1), event));
    walk(open(), &events, |error| matches!(error, Error::Refusal(Refusal::OutOfTurn { .. })));
}

#[test]
fn what_is_refused_says_why() {
    let case_id = id(1);
    let refused = |case: &Case, event: Event| case.apply(hour(1), &event).unwrap_err();
    let taken_over = after(&[claim("anna", 1), Event::Lapse { token: 1 }, claim("boris", 2)]);
    assert_eq!(refused(&taken_over, decide(1, "anna")), Error::ClaimLost { case_id, token: 1, current: 2 });
    assert_eq!(refused(&taken_over, Event::Release { token: 1 }), Error::ClaimLost { case_id, token: 1, current: 2 });
    assert_eq!(refused(&taken_over, decide(2, "anna")), Error::NotTheirs(case_id));
    assert_eq!(refused(&taken_over, by_machine()), Error::NotTheirs(case_id));
    assert_eq!(refused(&open(), decide(0, "anna")), Error::NotTheirs(case_id));
    assert_eq!(refused(&open(), claim("anna", 0)), Error::TokenNotHigher { case_id, token: 0, current: 0 });
    let skip = Event::Skip { token: 2, why: " ".into() };
    assert_eq!(refused(&taken_over, skip), Error::NoReason { case_id, step: Step::Skip });
}

#[test]
fn after_a_complaint_neither_who_decided_nor_a_machine_may_decide() {
    let reopened = after(&[claim("anna", 1), decide(1, "anna"), complaint()]);
    let anna: ReviewerId = "anna".parse().unwrap();
    let before = Error::DecidedBefore { case_id: id(1), reviewer: anna.clone() };
    assert_eq!(reopened.apply(hour(1), &claim("anna", 2)), Err(before.clone()));
    assert_eq!(reopened.apply(hour(1), &by_machine()), Err(Error::ComplaintByMachine(id(1))));
    let with_boris = reopened.apply(hour(1), &claim("boris", 2)).unwrap();
    let back = Event::HandOver { token: 2, to: anna, new_token: 3 };
    assert_eq!(with_boris.apply(hour(1), &back), Err(before));
    assert!(with_boris.apply(hour(1), &decide(2, "boris")).is_ok());
}

#[test]
fn a_lease_is_renewed_while_it_holds_and_never_made_shorter() {
    let claim = Claim { reviewer: "anna".parse().unwrap(), token: 1, lease_until: hour(2) };
    let renewed = |now, hours| claim.renewed(hour(now), TimeDelta::hours(hours)).map(|claim| claim.lease_until);
    assert_eq!((renewed(2, 1), renewed(3, 1), renewed(0, 1)), (Some(hour(3)), None, Some(hour(2))));
}

proptest! {
    #[test]
    fn only_the_newest_claim_ever_decides(
        steps in prop::collection::vec((0_u8..5, 0_u64..6, prop::sample::select(vec!["anna", "boris"])), 0..24))
    {
        let mut case = open();
        for (step, token, name) in steps {
            let event = match step {
                0 => claim(name, token),
                1 => Event::Lapse { token },
                2 => decide(token, name),
                3 => complaint(),
                _ => Event::HandOver { token, to: name.parse().unwrap(), new_token: token + 1 },
            };
            case = case.apply(hour(1), &event).unwrap_or(case);
        }
        let (mut newest, mut holder) = (0, None);
        for (_, event) in case.history().entries() {
            if let Some((reviewer, token)) = event.new_claim() {
                prop_assert!(token > newest);
                (newest, holder) = (token, Some(reviewer.clone()));
            }
            if let Event::Decide { token, maker, .. } = event {
                prop_assert_eq!(*token, Some(newest));
                prop_assert_eq!(Some(maker.clone()), holder.clone().map(Maker::Reviewer));
            }
        }
    }
}
