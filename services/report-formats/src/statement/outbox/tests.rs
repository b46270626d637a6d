//! Tests of the ledger of the sending, last against a server that fails in every way it can.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn start() -> DateTime<Utc> {
    "2026-05-05T12:00:00Z".parse().unwrap()
}

fn puids(count: usize) -> Vec<Puid> {
    (0..count).map(|index| format!("p-{index:03}").parse().unwrap()).collect()
}

fn filled(count: usize) -> Outbox {
    let mut outbox = Outbox::default();
    for puid in puids(count) {
        assert!(outbox.put(puid));
    }
    outbox
}

fn receipt(puid: &Puid) -> Receipt {
    Receipt { puid: puid.clone(), uuid: format!("u-{puid}"), created_at: None, permalink: None }
}

#[track_caller]
fn sent(outbox: &mut Outbox, now: DateTime<Utc>) -> Vec<Puid> {
    let next = outbox.next(now);
    let Next::Send(puids) = next else { panic!("{next:?}") };
    outbox.begin(&puids, now);
    puids
}

#[test]
fn a_puid_put_in_twice_goes_out_once() {
    let mut outbox = filled(3);
    assert!(!outbox.put(puids(1).remove(0)));
    let call = sent(&mut outbox, start());
    outbox.answered(&call, Answer::Stored(call.iter().map(receipt).collect()), start());
    assert!(!outbox.put(puids(1).remove(0)));
    assert_eq!((call.len(), outbox.next(start())), (3, Next::Done));
}

#[test]
fn calls_have_at_most_100() {
    let mut outbox = filled(150);
    assert_eq!(sent(&mut outbox, start()).len(), 100);
}

#[test]
fn after_a_crash_in_a_call_the_server_is_asked_first() {
    let mut outbox = filled(2);
    let call = sent(&mut outbox, start());
    let mut again: Outbox = serde_json::from_str(&serde_json::to_string(&outbox).unwrap()).unwrap();
    assert_eq!(again.next(start()), Next::Ask(call[0].clone()));
    again.asked(&call[0], false, start());
    assert_eq!(again.next(start()), Next::Ask(call[1].clone()));
    again.asked(&call[1], true, start());
    assert_eq!(again.next(start()), Next::Send(vec![call[0].clone()]));
}

#[test]
fn used_counts_as_stored_only_when_it_can_be_no_mistake() {
    let mut outbox = filled(1);
    let call = sent(&mut outbox, start());
    outbox.answered(&call, Answer::Used(call.clone()), start());
    let Next::Wait(until) = outbox.next(start()) else { panic!() };
    assert!(until > start() + TimeDelta::days(2));
    assert_eq!(outbox.next(until), Next::Ask(call[0].clone()));
    let mut forgotten = outbox.clone();
    forgotten.asked(&call[0], false, until);
    assert_eq!(forgotten.next(until), Next::Send(call.clone()));
    outbox.asked(&call[0], true, until);
    assert_eq!(
        (outbox.entries()[&call[0]].state.clone(), outbox.next(until)),
        (State::StoredWithoutReceipt, Next::Done)
    );
}

#[test]
fn a_refusal_stops_its_own_statement_alone() {
    let mut outbox = filled(3);
    let call = sent(&mut outbox, start());
    let refusal = Refusal { index: Some(1), reason: "category: Invalid.".to_owned() };
    outbox.answered(&call, Answer::Refused(vec![refusal]), start());
    assert_eq!(outbox.next(start()), Next::Send(vec![call[0].clone(), call[2].clone()]));
}

#[test]
fn a_limit_makes_it_wait_as_long_as_it_says() {
    let mut outbox = filled(1);
    let call = sent(&mut outbox, start());
    outbox.answered(&call, Answer::TooMany { retry_after: TimeDelta::try_seconds(30) }, start());
    assert_eq!(outbox.next(start()), Next::Wait(start() + TimeDelta::seconds(30)));
    assert_eq!(outbox.next(start() + TimeDelta::seconds(30)), Next::Send(call));
}

#[test]
fn without_a_token_nothing_goes_out_until_it_is_mended() {
    let mut outbox = filled(1);
    let call = sent(&mut outbox, start());
    outbox.answered(&call, Answer::Stop("401".to_owned()), start());
    assert_eq!(outbox.next(start() + TimeDelta::days(9)), Next::Stopped("401".to_owned()));
    outbox.resume();
    assert_eq!(outbox.next(start()), Next::Send(call));
}

#[test]
fn what_fails_again_and_again_goes_alone_and_then_to_a_person() {
    let mut outbox = filled(2);
    let mut now = start();
    let mut largest = 2;
    loop {
        match outbox.next(now) {
            Next::Send(call) => {
                assert!(call.len() <= largest);
                outbox.begin(&call, now);
                outbox.answered(&call, Answer::Failed, now);
                largest =
                    if outbox.entries().values().all(|entry| entry.failures >= ALONE_AFTER) { 1 } else { largest };
            }
            Next::Ask(puid) => outbox.asked(&puid, false, now),
            Next::Wait(until) => now = until,
            Next::Done => break,
            Next::Stopped(reason) => panic!("{reason}"),
        }
    }
    assert!(outbox.entries().values().all(|entry| matches!(entry.state, State::Refused { .. })));
    assert_eq!(largest, 1);
}

/// What goes wrong with one call or one question.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Fine,
    /// Lost on the way there.
    NotHeard,
    /// Done, but the answer is lost.
    AnswerLost,
    /// Another call holds one of the puids: refused, and the puid is held for used.
    Locked,
    /// The same, and the answer is lost.
    LockedUnheard,
    Limited,
    Broken,
    /// We die before the call, after the first save.
    DiesBefore,
    /// We die after the call, before the second save.
    DiesAfter,
}

/// The server: what is stored, and what it holds for used for two days whether stored or not.
#[derive(Default)]
struct Server {
    stored: BTreeMap<Puid, u32>,
    held: BTreeMap<Puid, DateTime<Utc>>,
    /// Calls with a puid that was stored already.
    repeated: BTreeSet<Puid>,
}

impl Server {
    fn post(&mut self, call: &[Puid], fate: Fate, now: DateTime<Utc>) -> Answer {
        assert!((1..=MAX_BATCH).contains(&call.len()) && call.iter().collect::<BTreeSet<_>>().len() == call.len());
        self.repeated.extend(call.iter().filter(|puid| self.stored.contains_key(*puid)).cloned());
        let used: Vec<Puid> = call.iter().filter(|puid| self.knows(puid, now)).cloned().collect();
        if !used.is_empty() {
            return Answer::Used(used);
        }
        if matches!(fate, Fate::Locked | Fate::LockedUnheard) {
            self.held.insert(call[0].clone(), now + TimeDelta::days(2));
            return Answer::Used(vec![call[0].clone()]);
        }
        for puid in call {
            *self.stored.entry(puid.clone()).or_default() += 1;
        }
        Answer::Stored(call.iter().map(receipt).collect())
    }

    fn knows(&self, puid: &Puid, now: DateTime<Utc>) -> bool {
        self.stored.contains_key(puid) || self.held.get(puid).is_some_and(|until| *until > now)
    }
}

/// One step of the caller. What is not saved when we die is lost.
fn step(saved: &mut Outbox, server: &mut Server, fate: Fate, now: &mut DateTime<Utc>) -> bool {
    let mut outbox = saved.clone();
    match outbox.next(*now) {
        Next::Send(call) => {
            outbox.begin(&call, *now);
            *saved = outbox.clone();
            match fate {
                Fate::DiesBefore => return true,
                Fate::NotHeard => outbox.unanswered(&call, *now),
                Fate::Limited => outbox.answered(&call, Answer::TooMany { retry_after: None }, *now),
                Fate::Broken => outbox.answered(&call, Answer::Failed, *now),
                Fate::AnswerLost | Fate::LockedUnheard => {
                    server.post(&call, fate, *now);
                    outbox.unanswered(&call, *now);
                }
                Fate::DiesAfter => {
                    server.post(&call, fate, *now);
                    return true;
                }
                Fate::Fine | Fate::Locked => outbox.answered(&call, server.post(&call, fate, *now), *now),
            }
        }
        Next::Ask(puid) => match fate {
            Fate::Fine | Fate::Locked | Fate::LockedUnheard => outbox.asked(&puid, server.knows(&puid, *now), *now),
            Fate::DiesBefore | Fate::DiesAfter => return true,
            Fate::NotHeard | Fate::AnswerLost | Fate::Limited | Fate::Broken => outbox.not_asked(None, *now),
        },
        Next::Wait(until) => *now = until,
        Next::Done => return false,
        Next::Stopped(reason) => panic!("{reason}"),
    }
    *saved = outbox;
    true
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{AnswerLost, Broken, DiesAfter, DiesBefore, Fine, Limited, Locked, LockedUnheard, NotHeard};
    prop_oneof![
        6 => Just(Fine),
        2 => prop::sample::select(vec![NotHeard, AnswerLost, Locked, LockedUnheard, Limited, Broken, DiesBefore, DiesAfter]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn nothing_is_lost_and_nothing_is_sent_twice(count in 1..230_usize, fates in prop::collection::vec(fate(), 0..120)) {
        let (mut saved, mut server, mut now) = (filled(count), Server::default(), start());
        let mut fates = fates.into_iter();
        let mut steps = 0;
        while step(&mut saved, &mut server, fates.next().unwrap_or(Fate::Fine), &mut now) {
            steps += 1;
            prop_assert!(steps < 5_000, "it does not come to an end");
        }
        prop_assert!(server.repeated.is_empty(), "sent again though stored: {:?}", server.repeated);
        for (puid, entry) in saved.entries() {
            let is_stored = matches!(entry.state, State::Received { .. } | State::StoredWithoutReceipt);
            prop_assert!(is_stored, "{} ended as {:?}", puid, entry.state);
            prop_assert_eq!(server.stored.get(puid), Some(&1), "{} as {:?}", puid, entry.state);
        }
        prop_assert_eq!(server.stored.len(), count);
    }
}
