//! Cases: gathered, claimed, seen, decided, decided again.

use chrono::TimeDelta;
use domain::{
    AutomatedDecision, Category, DecisionError, Maker, Object, Occasion, Replaces, Seen,
    case::{Error, Event, State},
};
use store::{DutyError, NewCase, NewDecision, Place};

use super::{LEASE, by, case, decided, decision_id, flags, no_action, restriction, reviewer};
use crate::{
    cluster::Database,
    fixture::{at, room},
};

#[tokio::test]
async fn flags_of_one_speaker_and_category_that_are_near_in_time_are_one_case() {
    let database = Database::new().await;
    let store = &database.store;
    let stretches =
        [(0, 4, Category::Threat), (60, 64, Category::Threat), (62, 66, Category::Hate), (700, 704, Category::Threat)];
    let flags = flags(&database, &stretches).await;
    let cases = store.gather_cases(&room(), TimeDelta::minutes(5), at(1001)).await.unwrap();
    let sorted = |mut held: Vec<Vec<domain::FlagId>>| {
        for flags in &mut held {
            flags.sort_unstable();
        }
        held.sort_unstable();
        held
    };
    let held = sorted(store.cases(&cases).await.unwrap().into_iter().map(|file| file.flags).collect());
    let expected = sorted(vec![vec![flags[0], flags[1]], vec![flags[2]], vec![flags[3]]]);
    assert_eq!(held, expected);
    assert_eq!(store.gather_cases(&room(), TimeDelta::minutes(5), at(1002)).await.unwrap(), []);
}

#[tokio::test]
async fn a_case_needs_something_and_a_flag_has_one_case() {
    let database = Database::new().await;
    let flags = flags(&database, &[(0, 4, Category::Threat)]).await;
    let new = NewCase { room: room(), flags: vec![], notices: vec![], orders: vec![], places: vec![] };
    assert!(matches!(database.store.open_case(&new, at(1001)).await, Err(DutyError::EmptyCase)));
    let new = NewCase { flags, ..new };
    database.store.open_case(&new, at(1001)).await.unwrap();
    let again = database.store.open_case(&new, at(1002)).await.unwrap_err();
    assert!(again.to_string().contains("case_flag_pk"), "{again}");
}

#[tokio::test]
async fn what_staff_came_across_was_not_detected_by_machine() {
    let database = Database::new().await;
    flags(&database, &[]).await;
    let place = Place { from_at: at(5), until_at: at(9), found_by: reviewer("anna") };
    let new = NewCase { room: room(), flags: vec![], notices: vec![], orders: vec![], places: vec![place] };
    let case = database.store.open_case(&new, at(1001)).await.unwrap();
    let file = database.store.case(case).await.unwrap();
    assert_eq!(file.held_since, Some(at(5)));
    let machine = Maker::Machine { name: "auto 1".into() };
    assert!(!file.trail.course(&machine, at(1002)).unwrap().automated_detection());
}

#[tokio::test]
async fn who_saw_and_heard_nothing_cannot_decide() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    store.record_encounter(case, &reviewer("boris"), Seen::Clip, at(1011)).await.unwrap();
    let blind = store.decide_case(case, &by("anna", 10, restriction(1020)), at(1020)).await.unwrap_err();
    assert!(matches!(blind, DutyError::Decision(DecisionError::Trail { .. })), "{blind}");
    assert_eq!(store.case(case).await.unwrap().case.state(), State::Claimed);
}

#[tokio::test]
async fn a_decision_reads_back_as_it_was_made_and_the_same_again_changes_nothing() {
    let database = Database::new().await;
    let (case, decision) = decided(&database).await;
    let file = database.store.case(case).await.unwrap();
    assert_eq!(file.case.state(), State::Decided);
    assert_eq!(file.chain.as_ref().unwrap().effective(), &decision);
    assert_eq!((file.language.as_deref(), file.category), (Some("en"), Some(Category::Threat)));
    let again = database.store.decide_case(case, &by("anna", 10, restriction(1020)), at(1030)).await.unwrap();
    assert_eq!(again, decision);
    let other = database.store.decide_case(case, &by("anna", 10, no_action()), at(1030)).await;
    assert!(matches!(other, Err(DutyError::IdTaken(_))));
    let events = "select count(*) from audit_event where action = 'decision.made'";
    assert_eq!(database.value::<i64>(events).await, 1);
}

#[tokio::test]
async fn the_part_of_machines_follows_from_what_was_seen_and_done() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    let part = async |name: &str, second: i64| {
        let file = store.case(case).await.unwrap();
        file.trail.course(&Maker::Reviewer(reviewer(name)), at(second)).unwrap().automated_decision()
    };
    store.record_encounter(case, &reviewer("anna"), Seen::Clip, at(1011)).await.unwrap();
    assert_eq!(part("anna", 1012).await, AutomatedDecision::NotAutomated);
    store.record_encounter(case, &reviewer("anna"), Seen::Score, at(1013)).await.unwrap();
    assert_eq!(part("anna", 1014).await, AutomatedDecision::Partially);
    store.record_encounter(case, &reviewer("boris"), Seen::Transcript, at(1015)).await.unwrap();
    assert_eq!(part("boris", 1016).await, AutomatedDecision::NotAutomated);
    store.record_machine_measure(case, "The speaker was muted.", at(1017)).await.unwrap();
    assert_eq!(part("boris", 1018).await, AutomatedDecision::Partially);
    assert!(store.record_machine_measure(case, " ", at(1019)).await.is_err());
}

#[tokio::test]
async fn a_machine_decides_only_while_nobody_has_the_case() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    let machine =
        |number| NewDecision { maker: Maker::Machine { name: "auto 1".into() }, ..by("x", number, no_action()) };
    store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    let refused = store.decide_case(case, &machine(10), at(1020)).await;
    assert!(matches!(refused, Err(DutyError::Case(Error::NotTheirs(_)))));
    store.step_case(case, &Event::Release { token: 1 }, LEASE, at(1021)).await.unwrap();
    let decision = store.decide_case(case, &machine(10), at(1022)).await.unwrap();
    let course = decision.course(&store.case(case).await.unwrap().trail).unwrap();
    assert_eq!(course.automated_decision(), AutomatedDecision::Fully);
}

#[tokio::test]
async fn a_reversal_is_a_decision_that_names_the_one_before() {
    let database = Database::new().await;
    let (case, first) = decided(&database).await;
    let store = &database.store;
    let reversal = by("anna", 11, no_action());
    let second = store.reverse_case(case, Occasion::OwnReview, &reversal, at(1100)).await.unwrap();
    let replaces = Replaces { decision_id: first.decision_id, occasion: Occasion::OwnReview };
    assert_eq!(second.replaces, Some(replaces));
    let chain = store.case(case).await.unwrap().chain.unwrap();
    assert_eq!(chain.decisions().map(|decision| decision.decision_id).collect::<Vec<_>>(), [10, 11].map(decision_id));
    let again = store.reverse_case(case, Occasion::OwnReview, &reversal, at(1100)).await.unwrap();
    assert_eq!(again, second);
}

#[tokio::test]
async fn a_claim_whose_lease_ran_out_lapses_and_its_token_is_worth_nothing() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    let first = store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    let refused = store.claim_case(case, &reviewer("boris"), LEASE, at(1020)).await;
    assert!(matches!(refused, Err(DutyError::WithAnother { .. })));
    let renewed = store.renew_claim(case, first.token, LEASE, at(1060)).await.unwrap();
    assert_eq!(renewed.lease_until, at(1120));
    let second = store.claim_case(case, &reviewer("boris"), LEASE, at(1121)).await.unwrap();
    assert_eq!((first.token, second.token), (1, 2));
    let late = store.renew_claim(case, first.token, LEASE, at(1122)).await;
    assert!(matches!(late, Err(DutyError::ClaimOver { .. })));
    store.record_encounter(case, &reviewer("anna"), Seen::Clip, at(1122)).await.unwrap();
    let new = NewDecision { token: Some(first.token), ..by("anna", 10, no_action()) };
    let lost = store.decide_case(case, &new, at(1123)).await;
    assert!(matches!(lost, Err(DutyError::Case(Error::ClaimLost { .. }))), "{lost:?}");
}

#[tokio::test]
async fn words_with_a_character_that_no_database_holds_are_kept_without_it() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    let skip = Event::Skip { token: 1, why: "not my\0 language".into() };
    store.step_case(case, &skip, LEASE, at(1011)).await.unwrap();
    let kept = Event::Skip { token: 1, why: "not my\u{fffd} language".into() };
    assert_eq!(store.case(case).await.unwrap().case.history().entries().last().unwrap().1, kept);
}
