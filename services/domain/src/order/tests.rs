//! Every pair of state and step of an order, the hour, silence, and what must be told before it closes.

use super::*;
use crate::{
    Standing,
    decision::tests::id,
    machine::tests::{check_grid, has, hour, walk},
};

fn facts(kind: Kind) -> Facts {
    Facts {
        order_id: id(1),
        kind,
        authority: "Office for the Protection of the Constitution".into(),
        member_state: MemberState::Germany,
        legal_ground: "Regulation (EU) 2021/784, Article 3".into(),
        reference: "2026/17".into(),
        received_at: hour(0),
        effect_by: None,
        silent_until: None,
    }
}

fn order(kind: Kind) -> Order {
    Order::receive(facts(kind))
}

fn silent() -> Order {
    Order::receive(Facts { silent_until: Some(hour(1000)), ..facts(Kind::TerroristContent) })
}

fn refuse() -> Event {
    Event::Refuse { reason: RefusalReason::ManifestError, explanation: "It names no room.".into() }
}

fn close(untold: Option<Untold>) -> Event {
    Event::Close { untold }
}

fn after(order: Order, events: &[Event]) -> Order {
    let entries: Vec<_> = events.iter().map(|event| (hour(2), event.clone())).collect();
    order.replay(&entries).unwrap()
}

#[test]
fn every_state_and_step_is_as_the_grid_says() {
    check_grid::<State>(
        "received        acknowledged effective not_carried_out -               -         -
         acknowledged    -            effective not_carried_out -               -         -
         effective       -            -         -               effective       effective closed
         not_carried_out -            effective -               not_carried_out -         closed
         closed          -            -         -               -               -         -",
    );
}

#[test]
fn whatever_path_it_takes_a_closed_order_told_the_authority_and_the_user() {
    let events = [Event::Acknowledge, Event::GiveEffect, refuse(), Event::TellAuthority, Event::TellUser, close(None)]
        .map(|event| (hour(2), event));
    for &kind in Kind::ALL {
        let met = walk(order(kind), &events, |error| matches!(error, Error::Refusal(Refusal::OutOfTurn { .. })));
        for closed in met.iter().filter(|order| order.state() == State::Closed) {
            assert!(closed.authority_told_at().is_some(), "{closed:?}");
            assert!(has(closed, "give_effect") || has(closed, "refuse"));
            assert!(has(closed, "tell_user") || !has(closed, "give_effect"), "{closed:?}");
        }
    }
}

#[test]
fn a_removal_order_has_one_hour_whatever_it_says_and_others_the_time_they_set() {
    let aims = Aims::default();
    let due = |kind, effect_by| Order::receive(Facts { effect_by, ..facts(kind) }).effect_deadline(&aims);
    assert_eq!(due(Kind::TerroristContent, None), Deadline::law(hour(1)));
    assert_eq!(due(Kind::TerroristContent, Some(hour(5))), Deadline::law(hour(1)));
    assert_eq!(due(Kind::TerroristContent, Some(hour(0))), Deadline::law(hour(0)));
    assert_eq!(due(Kind::Act, Some(hour(5))), Deadline::law(hour(5)));
    assert_eq!(due(Kind::Inform, None), Deadline::aim(hour(24)));
    let late = due(Kind::TerroristContent, None).standing(hour(1) + TimeDelta::seconds(1));
    assert_eq!(late, Standing::Overdue(TimeDelta::seconds(1)));
}

#[test]
fn an_order_refused_and_then_carried_out_must_be_told_to_the_authority_again() {
    let carried_out = after(order(Kind::Act), &[refuse(), Event::TellAuthority, Event::GiveEffect, Event::TellUser]);
    assert_eq!(carried_out.authority_told_at(), None);
    assert_eq!(carried_out.apply(hour(3), &close(None)), Err(Error::AuthorityOwed(id(1))));
    let told = carried_out.apply(hour(3), &Event::TellAuthority).unwrap();
    assert_eq!(told.apply(hour(3), &close(None)).unwrap().state(), State::Closed);
}

#[test]
fn silence_holds_until_its_end_and_must_be_real() {
    let effective = after(silent(), &[Event::GiveEffect, Event::TellAuthority]);
    assert_eq!(
        effective.apply(hour(999), &Event::TellUser),
        Err(Error::Silence { order_id: id(1), until: hour(1000) })
    );
    assert!(effective.apply(hour(1000), &Event::TellUser).is_ok());
    assert_eq!(effective.apply(hour(2), &close(None)), Err(Error::UserOwed(id(1))));
    assert!(effective.apply(hour(2), &close(Some(Untold::HandedOver))).is_ok());
    assert_eq!(effective.apply(hour(1000), &close(Some(Untold::HandedOver))), Err(Error::NoSilence(id(1))));
    let open = after(order(Kind::Act), &[Event::GiveEffect, Event::TellAuthority]);
    assert_eq!(open.apply(hour(2), &close(Some(Untold::HandedOver))), Err(Error::NoSilence(id(1))));
    assert!(open.apply(hour(2), &close(Some(Untold::NoAddress))).is_ok());
}

#[test]
fn a_refusal_needs_words() {
    let mute = Event::Refuse { reason: RefusalReason::Impossible, explanation: " ".into() };
    assert_eq!(order(Kind::Act).apply(hour(1), &mute), Err(Error::NoExplanation(id(1))));
}

#[test]
fn removed_terrorist_content_is_kept_for_half_a_year_and_nothing_else_by_this_rule() {
    let removed = after(order(Kind::TerroristContent), &[Event::GiveEffect]);
    assert!(removed.keep_until().unwrap() >= hour(2) + TimeDelta::days(181));
    assert_eq!(order(Kind::TerroristContent).keep_until(), None);
    assert_eq!(after(order(Kind::Act), &[Event::GiveEffect]).keep_until(), None);
}
