//! Every pair of state and step of a suspension, and that nobody is suspended without a warning and something after it.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    decision::tests::id,
    machine::tests::{check_grid, has, hour, walk},
};

fn watched() -> Suspension {
    let account = "account-17".parse().unwrap();
    Suspension::watch(Facts { suspension_id: id(1), account, misuse: Misuse::IllegalContent, begun_at: hour(0) })
}

fn strike(number: u128) -> Event {
    Event::Strike { item: Uuid::from_u128(number) }
}

fn warn() -> Event {
    Event::Warn { reviewer: "anna".parse().unwrap() }
}

fn suspend(until: i64, of_items: u64) -> Event {
    Event::Suspend {
        reviewer: "anna".parse().unwrap(),
        until: hour(until),
        weighed: Weighed { of_items, gravity: Severity::High, intent: None },
        clause: Clause { id: "misuse".into(), version: "2".into() },
    }
}

fn lift() -> Event {
    Event::Lift { reviewer: "boris".parse().unwrap(), why: "Complaint upheld.".into() }
}

fn after(events: &[Event]) -> Suspension {
    let entries: Vec<_> = events.iter().map(|event| (hour(1), event.clone())).collect();
    watched().replay(&entries).unwrap()
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "watched   watched   warned -         -     -
         warned    warned    -      suspended -     lifted
         suspended suspended -      -         ended lifted
         ended     -         -      -         -     -
         lifted    -         -      -         -     -",
    );
}

#[test]
fn whatever_path_it_takes_a_suspension_was_warned_of_before() {
    let start = after(&[strike(1)]);
    let events = [strike(2), warn(), suspend(3, 10), lift()].map(|event| (hour(2), event));
    let events: Vec<_> = events.into_iter().chain([(hour(3), Event::End), (hour(2), strike(3))]).collect();
    for met in walk(start, &events, |error| matches!(error, Error::Refusal(Refusal::OutOfTurn { .. }))) {
        if matches!(met.state(), State::Suspended | State::Ended) {
            assert!(has(&met, "warn") && has(&met, "strike") && met.strikes() >= 2, "{met:?}");
        }
    }
}

#[test]
fn what_is_refused_says_why() {
    let suspension_id = id(1);
    let refused = |suspension: Suspension, event: Event| suspension.apply(hour(1), &event).unwrap_err();
    assert_eq!(refused(watched(), warn()), Error::NothingToWarnOf(suspension_id));
    assert_eq!(
        refused(after(&[strike(1)]), strike(1)),
        Error::CountedAlready { suspension_id, item: Uuid::from_u128(1) }
    );
    let warned = after(&[strike(1), warn()]);
    assert_eq!(refused(warned.clone(), suspend(9, 10)), Error::NothingSinceWarning(suspension_id));
    let again = warned.apply(hour(1), &strike(2)).unwrap();
    assert_eq!(refused(again.clone(), suspend(1, 10)), Error::NoTime { suspension_id, until: hour(1), at: hour(1) });
    assert_eq!(refused(again.clone(), suspend(9, 1)), Error::MoreThanAll { suspension_id, strikes: 2, of_items: 1 });
    let suspended = again.apply(hour(1), &suspend(9, 10)).unwrap();
    assert_eq!(suspended.until(), Some(hour(9)));
    assert_eq!(refused(suspended.clone(), Event::End), Error::StillRuns { suspension_id, until: hour(9) });
    assert_eq!(suspended.apply(hour(9), &Event::End).unwrap().until(), None);
    let mute = Event::Lift { reviewer: "boris".parse().unwrap(), why: " ".into() };
    assert_eq!(refused(suspended, mute), Error::Blank { suspension_id, what: "reason" });
}

proptest! {
    #[test]
    fn nobody_is_suspended_without_a_warning_and_misuse_before_and_after_it(
        steps in prop::collection::vec(0_u8..5, 0..16))
    {
        let mut suspension = watched();
        for (hours, step) in (1..).zip(steps) {
            let event = match step {
                0 => strike(u128::try_from(hours).unwrap()),
                1 => warn(),
                2 => suspend(hours + 2, 100),
                3 => Event::End,
                _ => lift(),
            };
            suspension = suspension.apply(hour(hours), &event).unwrap_or(suspension);
        }
        let mut names = String::new();
        for (_, event) in suspension.history().entries() {
            names.push(match event {
                Event::Strike { .. } => 's',
                Event::Warn { .. } => 'w',
                Event::Suspend { .. } => 'X',
                Event::End | Event::Lift { .. } => 'e',
            });
        }
        if let Some((before, _)) = names.split_once('X') {
            let (first, second) = before.split_once('w').expect("a warning");
            prop_assert!(first.contains('s') && second.contains('s'), "{}", names);
        }
    }
}
