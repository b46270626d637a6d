//! Each statement goes out once, whatever fails on the way.

use std::time::Duration;

use chrono::TimeDelta;
use report::statements::{Built, Client, Progress, Sender, Unbuilt, build_statements, next_calls, retry};
use report_formats::statement::{Puid, check_document};
use store::Store;

use crate::{
    fixture::{Cluster, Hands, at, decide, decide_one, restricting, run, states},
    stand_in::{Fault, StandIn, TOKEN},
};

fn client(stand_in: &StandIn) -> Client {
    Client::new(&stand_in.url, TOKEN.into()).unwrap()
}

/// The lock of a sender that was cut off is given back as soon as the database sees that its connection is gone.
async fn begin<'a>(store: &Store, client: &'a Client) -> Sender<'a> {
    for _ in 0..200 {
        if let Some(sender) = Sender::begin(store, client).await.unwrap() {
            return sender;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the right to send is not given back");
}

async fn build(store: &Store) -> (Built, Vec<Unbuilt>) {
    let mut unbuilt = Vec::new();
    let built = build_statements(store, at(200), &mut |one| unbuilt.push(one)).await.unwrap();
    (built, unbuilt)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_decisions_arrive_exactly_once_through_random_failures() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..1_001).await;
    assert_eq!(build(store).await.0, Built { built: 1_000, not_owed: 0, unbuilt: 0 });
    assert_eq!(build(store).await.0, Built::default());
    let stand_in = StandIn::start();
    stand_in.with(|state| state.random = Some(7));
    let (client, hands) = (client(&stand_in), Hands::at(300));
    let (end, waits) = run(&mut begin(store, &client).await, &hands).await;
    assert_eq!(end, Progress::Done);
    assert!(waits > 0);
    let (stored, wrong, calls) = stand_in.with(|state| (state.stored.clone(), state.wrong_calls, state.calls));
    assert_eq!((stored.len(), wrong), (1_000, 0), "{calls} calls");
    let mut after = String::new();
    let mut seen = 0;
    loop {
        let page = store.statements(&after, 300).await.unwrap();
        let Some(last) = page.last() else { break };
        after.clone_from(&last.puid);
        for line in &page {
            seen += 1;
            assert!(["received", "stored_without_receipt"].contains(&line.state.as_str()), "{line:?}");
            assert_eq!(line.receipt.is_some(), line.state == "received");
            let ours: serde_json::Value = serde_json::from_slice(&line.body).unwrap();
            for (field, value) in ours.as_object().unwrap() {
                assert_eq!(&stored[&line.puid][field], value, "{field}");
            }
        }
    }
    assert_eq!(seen, 1_000);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_between_call_and_receipt_the_statement_is_found_and_not_sent_again() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..4).await;
    build(store).await;
    let stand_in = StandIn::start();
    stand_in.with(|state| state.faults.push_back(Fault::Slow(1_500)));
    let (client, hands) = (client(&stand_in), Hands::at(300));
    let mut sender = begin(store, &client).await;
    assert!(Sender::begin(store, &client).await.unwrap().is_none(), "two send at once");
    let clock = || hands.now();
    // The answer is still on its way when this process ends.
    let cut = tokio::time::timeout(Duration::from_millis(700), sender.step(&clock)).await;
    assert!(cut.is_err());
    drop(sender);
    assert_eq!(stand_in.with(|state| state.stored.len()), 3);
    assert_eq!(states(store).await, "unknown 3");
    let mut sender = begin(store, &client).await;
    for _ in 0..3 {
        assert_eq!(sender.step(&clock).await.unwrap(), Progress::Asked);
    }
    // The other side may be wrong for two days: until then nothing is sent, and nothing is believed.
    assert_eq!(states(store).await, "doubtful 3");
    let wait = sender.step(&clock).await.unwrap();
    assert_eq!(wait, Progress::Wait(at(300) + TimeDelta::hours(49)));
    drop(sender);
    hands.move_to(at(300) + TimeDelta::hours(49));
    let (end, _) = run(&mut begin(store, &client).await, &hands).await;
    assert_eq!((end, stand_in.with(|state| state.calls)), (Progress::Done, 1));
    assert_eq!(states(store).await, "stored_without_receipt 3");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_puid_that_is_held_for_used_though_nothing_was_stored_goes_out_in_the_end() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..4).await;
    build(store).await;
    let held = store.statements("", 1).await.unwrap()[0].puid.clone();
    let stand_in = StandIn::start();
    stand_in.with(|state| state.held.insert(held.clone()));
    let (client, hands) = (client(&stand_in), Hands::at(300));
    let mut sender = begin(store, &client).await;
    let clock = || hands.now();
    assert_eq!(sender.step(&clock).await.unwrap(), Progress::Sent { statements: 3, received: 0 });
    assert_eq!(sender.step(&clock).await.unwrap(), Progress::Sent { statements: 2, received: 2 });
    assert_eq!(states(store).await, "doubtful 1, received 2");
    stand_in.with(|state| state.held.clear());
    let (end, _) = run(&mut sender, &hands).await;
    assert_eq!((end, states(store).await.as_str()), (Progress::Done, "received 3"));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_stops_everything_until_it_is_mended() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..3).await;
    build(store).await;
    let (stand_in, hands) = (StandIn::start(), Hands::at(300));
    let wrong = Client::new(&stand_in.url, "another".into()).unwrap();
    let (end, _) = run(&mut begin(store, &wrong).await, &hands).await;
    assert!(matches!(&end, Progress::Stopped(reason) if reason.starts_with("401")), "{end:?}");
    assert_eq!(states(store).await, "waiting 2");
    assert!(store.statement_counts().await.unwrap().1.stopped.is_some());
    let right = client(&stand_in);
    let (end, _) = run(&mut begin(store, &right).await, &hands).await;
    assert_eq!((end, states(store).await.as_str()), (Progress::Done, "received 2"));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_sides_limit_is_kept_even_by_the_next_process() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..3).await;
    build(store).await;
    let stand_in = StandIn::start();
    stand_in.with(|state| state.faults.push_back(Fault::TooMany(120)));
    let (client, hands) = (client(&stand_in), Hands::at(300));
    let clock = || hands.now();
    let mut sender = begin(store, &client).await;
    assert_eq!(sender.step(&clock).await.unwrap(), Progress::Sent { statements: 2, received: 0 });
    drop(sender);
    let mut sender = begin(store, &client).await;
    assert_eq!(sender.step(&clock).await.unwrap(), Progress::Wait(at(420)));
    hands.move_to(at(420));
    stand_in.with(|state| state.faults.push_back(Fault::UsedUp));
    assert_eq!(sender.step(&clock).await.unwrap(), Progress::Sent { statements: 2, received: 2 });
    decide(store, 3..4).await;
    build(store).await;
    drop(sender);
    assert_eq!(begin(store, &client).await.step(&clock).await.unwrap(), Progress::Wait(at(480)));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_go_out_can_be_looked_at_and_passes_the_check() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..102).await;
    build(store).await;
    let calls = next_calls(store).await.unwrap();
    let checked: Vec<_> = calls.iter().map(|body| check_document(body)).collect();
    assert_eq!(checked.iter().map(|one| one.statements).collect::<Vec<_>>(), [100, 1]);
    assert!(checked.iter().all(|one| one.faults.is_empty()));
    assert_eq!(states(store).await, "waiting 101");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_whose_words_must_not_be_made_public_has_no_statement() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..3).await;
    let named = restricting(7, "The speaker can be reached at mara@example.org.");
    decide_one(store, &"town hall".parse().unwrap(), &named).await;
    let (built, unbuilt) = build(store).await;
    assert_eq!((built.built, built.unbuilt), (2, 1));
    assert_eq!(unbuilt[0].decision, named.decision_id);
    assert_eq!(unbuilt[0].faults[0].code.as_str(), "personal_data");
    let puid = store.statements("", 1).await.unwrap()[0].puid.parse::<Puid>().unwrap();
    assert!(retry(store, &puid, at(300)).await.is_err(), "nothing was refused");
    cluster.stop().await;
}
