//! Every pair of state and step of a notice, its gaps, its clocks.

use chrono::TimeDelta;

use super::*;
use crate::{
    DecidedBy, FoundBy, Seen,
    decision::tests::id,
    machine::tests::{check_grid, has, hour, reach, walk},
};

fn facts() -> Facts {
    Facts {
        notice_id: id(1),
        received_at: hour(0),
        contact: Some(Contact { name: "A. Listener".into(), address: "a@example.org".into() }),
        is_exempt_from_identity: false,
        trusted_flagger: None,
        organisation: None,
        places: vec![Place { room: "r".parse().unwrap(), from_at: hour(-1), until_at: None }],
        claim: "A threat against a named person.".into(),
        category: Some(StatementCategory::Violence),
        in_good_faith: true,
    }
}

fn anonymous() -> Facts {
    Facts { contact: None, is_exempt_from_identity: true, ..facts() }
}

fn events() -> Vec<(DateTime<Utc>, Event)> {
    let course = Course {
        found_by: FoundBy::Person,
        was_restricted_by_machine: false,
        decided_by: DecidedBy::Person(vec![Seen::Clip, Seen::Score]),
    };
    let decide = Event::Decide { decision_id: id(9), is_acted_on: true, course };
    [Event::Acknowledge, decide, Event::Tell, Event::Close].map(|event| (hour(1), event)).to_vec()
}

fn is_out_of_turn(error: &Error) -> bool {
    matches!(error, Error::Refusal(Refusal::OutOfTurn { .. }))
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "received     acknowledged decided -      -
         acknowledged -            decided -      -
         decided      -            -       closed closed
         closed       -            -       -      -",
    );
}

#[test]
fn a_sender_with_an_address_gets_receipt_and_outcome_before_it_closes() {
    let met = walk(Notice::receive(facts()), &events(), is_out_of_turn);
    for closed in met.iter().filter(|notice| notice.state() == State::Closed) {
        assert!(has(closed, "acknowledge") && has(closed, "decide") && has(closed, "tell"), "{closed:?}");
        assert_eq!(closed.part_of_machines(), Some(AutomatedDecision::Partially));
    }
}

#[test]
fn a_notice_without_an_address_is_decided_all_the_same_and_tells_nobody() {
    let met = reach(Notice::receive(anonymous()), &events(), is_out_of_turn);
    let closed: Vec<&Notice> = met.iter().filter(|notice| notice.state() == State::Closed).collect();
    assert!(!closed.is_empty() && closed.iter().all(|notice| has(*notice, "decide") && !has(*notice, "tell")));
    assert!(met.iter().all(|notice| notice.receipt_deadline(&Aims::default()).is_none()));
}

#[test]
fn what_is_refused_says_why() {
    let (received, events) = (Notice::receive(facts()), events());
    assert_eq!(received.apply(hour(1), &events[1].1), Err(Error::ReceiptOwed(id(1))));
    assert_eq!(Notice::receive(anonymous()).apply(hour(1), &Event::Acknowledge), Err(Error::NobodyToTell(id(1))));
    let decided = received.clone().replay(&events[..2]).unwrap();
    assert_eq!(decided.apply(hour(1), &Event::Close), Err(Error::OutcomeOwed(id(1))));
    let told = received.apply(hour(1), &Event::Tell).unwrap_err().to_string();
    assert_eq!(told, "the notice is received: tell is no step of it; possible: acknowledge, decide");
    assert!(matches!(
        decided.apply(hour(0), &Event::Tell),
        Err(Error::Refusal(Refusal::Backwards { object: "notice", .. }))
    ));
}

#[test]
fn each_gap_is_named_and_identity_may_be_spared() {
    let gaps = |facts: &Facts| facts.gaps();
    assert!(Notice::receive(facts()).may_give_knowledge() && Notice::receive(anonymous()).may_give_knowledge());
    assert_eq!(gaps(&Facts { claim: " ".into(), ..facts() }), [Gap::Why]);
    assert_eq!(gaps(&Facts { places: Vec::new(), ..facts() }), [Gap::Where]);
    assert_eq!(gaps(&Facts { contact: None, ..facts() }), [Gap::Who]);
    assert_eq!(gaps(&Facts { in_good_faith: false, ..facts() }), [Gap::GoodFaith]);
}

#[test]
fn a_trusted_flagger_goes_first_on_a_shorter_clock() {
    let aims = Aims::default();
    let trusted = Facts { trusted_flagger: Some("Hotline".into()), ..facts() };
    assert!(trusted.source().kind().priority() > facts().source().kind().priority());
    assert_eq!(Notice::receive(trusted).decision_deadline(&aims), Deadline::aim(hour(4)));
    assert_eq!(Notice::receive(facts()).decision_deadline(&aims), Deadline::aim(hour(24)));
    let receipt = Notice::receive(facts()).receipt_deadline(&aims).unwrap();
    assert_eq!(receipt.due_at, hour(0) + TimeDelta::minutes(10));
}
