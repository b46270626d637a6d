//! Every pair of state and step of an escalation, and who must be told first.

use super::*;
use crate::{
    decision::tests::id,
    machine::tests::{check_grid, has, hour, walk},
};

fn suspected() -> Escalation {
    Escalation::open(Facts { escalation_id: id(1), case_id: id(2), duty: Duty::ThreatToLife, aware_at: hour(0) })
}

fn confirm(concerned: Concerned) -> Event {
    Event::Confirm { reviewer: "anna".parse().unwrap(), concerned, why: "A named victim, tonight.".into() }
}

fn france() -> Concerned {
    Concerned::States(vec![MemberState::France, MemberState::Belgium])
}

fn send(recipient: Recipient) -> Event {
    let pack = Pack {
        sha256: [7; 32],
        spoken_at: "2026-03-01T13:59:00+02:00".parse().unwrap(),
        explanation: "A named victim, tonight.".into(),
        locates_user: None,
    };
    Event::Send { recipient, pack }
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "suspected confirmed dismissed -    -
         confirmed -         -         sent -
         dismissed confirmed -         -    -
         sent      -         -         sent closed
         closed    -         -         -    -",
    );
}

#[test]
fn whatever_path_it_takes_a_closed_escalation_was_confirmed_by_a_person_sent_and_received() {
    let dismiss = Event::Dismiss { reviewer: "anna".parse().unwrap(), why: "A film.".into() };
    let acknowledge = Event::Acknowledge { reference: "PN 17/26".into() };
    let events = [confirm(france()), dismiss, send(Recipient::Concerned(MemberState::France)), acknowledge]
        .map(|event| (hour(1), event));
    for met in walk(suspected(), &events, |error| matches!(error, Error::Refusal(Refusal::OutOfTurn { .. }))) {
        if met.state() == State::Closed {
            assert!(has(&met, "confirm") && has(&met, "send") && has(&met, "acknowledge"));
            assert_eq!(met.untold(), [MemberState::Belgium]);
        }
    }
}

#[test]
fn a_state_concerned_is_told_first_and_the_own_state_or_europol_where_none_is_known() {
    let goes = |concerned: Concerned, recipient| {
        suspected().apply(hour(1), &confirm(concerned)).unwrap().apply(hour(1), &send(recipient)).is_ok()
    };
    let own = Recipient::Own(MemberState::Ireland);
    assert!(goes(france(), Recipient::Concerned(MemberState::France)));
    assert!(!goes(france(), Recipient::Concerned(MemberState::Spain)));
    assert!(!goes(france(), own) && !goes(france(), Recipient::Europol));
    assert!(goes(Concerned::Unknown, own) && goes(Concerned::Unknown, Recipient::Europol));
    assert!(!goes(Concerned::Unknown, Recipient::Concerned(MemberState::France)));
    // Once a State concerned knows, Europol may be told too.
    let entries = [confirm(france()), send(Recipient::Concerned(MemberState::France)), send(Recipient::Europol)]
        .map(|event| (hour(1), event));
    assert_eq!(suspected().replay(&entries).unwrap().recipients().len(), 2);
}

#[test]
fn what_says_nothing_is_refused() {
    let escalation_id = id(1);
    let blank = Event::Dismiss { reviewer: "anna".parse().unwrap(), why: "\n".into() };
    let no_reason = Error::NoReason { escalation_id, step: Step::Dismiss };
    assert_eq!(suspected().apply(hour(1), &blank), Err(no_reason));
    let nowhere = confirm(Concerned::States(Vec::new()));
    assert_eq!(suspected().apply(hour(1), &nowhere), Err(Error::NoState(escalation_id)));
}

#[test]
fn the_clock_runs_from_knowledge() {
    let due_at = hour(0) + chrono::TimeDelta::minutes(30);
    assert_eq!(suspected().deadline(&Aims::default()), Deadline::aim(due_at));
}

#[test]
fn a_pack_keeps_the_zone_in_which_it_was_spoken() {
    let json = serde_json::to_string(&send(Recipient::Europol)).unwrap();
    assert!(json.contains("2026-03-01T13:59:00+02:00"), "{json}");
}

#[test]
fn a_packs_hash_reads_as_people_compare_it_and_nothing_else_is_one() {
    let event = send(Recipient::Europol);
    let json = serde_json::to_value(&event).unwrap();
    assert_eq!(json["send"]["pack"]["sha256"], "07".repeat(32));
    assert_eq!(json["send"]["recipient"], "europol");
    assert_eq!(serde_json::from_value::<Event>(json.clone()).unwrap(), event);
    for wrong in ["07".repeat(31), "+7".repeat(32), "é".repeat(32)] {
        let mut json = json.clone();
        json["send"]["pack"]["sha256"] = wrong.into();
        assert!(serde_json::from_value::<Event>(json).is_err());
    }
}
