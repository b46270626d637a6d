//! Complaints and disputes: never by machine alone, never by who decided before, in the store and in the database.

use domain::{
    Aims, Object, Occasion, Seen,
    complaint::{self, Event, Facts, Outcome, State, Subject},
    dispute,
};
use sqlx::{Connection, PgConnection};
use store::{ComplaintDecision, DutyError};

use super::{by, decided, decision_id, id, no_action, restriction, reviewer};
use crate::{cluster::Database, fixture::at};

fn complaint(decision: u128) -> Facts {
    Facts {
        complaint_id: id(20),
        decision_id: decision_id(decision),
        lodged_at: at(2000),
        told_at: at(1030),
        subject: Subject::Account,
        reasons: "It was a line of a play.".into(),
    }
}

fn reversed(name: &str) -> ComplaintDecision {
    ComplaintDecision {
        reviewer: reviewer(name),
        outcome: Outcome::Reversed,
        reasons: "It was a line of a play.".into(),
        instead: Some((decision_id(11), no_action())),
    }
}

fn assign(name: &str) -> Event {
    Event::Assign { reviewer: reviewer(name) }
}

#[tokio::test]
async fn a_complaint_is_decided_by_another_person_who_looked_and_reverses_in_one_step() {
    let database = Database::new().await;
    let (case, first) = decided(&database).await;
    let store = &database.store;
    let key = id(20);
    store.lodge_complaint(&complaint(10), at(2000)).await.unwrap();
    let same = store.step_complaint(key, &assign("anna"), at(2001)).await;
    assert!(matches!(same, Err(DutyError::Complaint(complaint::Error::ByDecider { .. }))));
    store.step_complaint(key, &assign("boris"), at(2001)).await.unwrap();
    let blind = store.decide_complaint(key, &reversed("boris"), at(2002)).await;
    assert!(matches!(blind, Err(DutyError::Complaint(complaint::Error::NothingSeen { .. }))), "{blind:?}");
    store.record_encounter(case, &reviewer("boris"), Seen::Clip, at(2003)).await.unwrap();
    let silent = ComplaintDecision { instead: None, ..reversed("boris") };
    let silent = store.decide_complaint(key, &silent, at(2004)).await;
    assert!(matches!(silent, Err(DutyError::NewDecision { .. })));
    store.decide_complaint(key, &reversed("boris"), at(2005)).await.unwrap();
    let chain = store.case(case).await.unwrap().chain.unwrap();
    let replaces = chain.effective().replaces.unwrap();
    assert_eq!((replaces.decision_id, replaces.occasion), (first.decision_id, Occasion::Complaint(key)));
    let closed = store.step_complaint(key, &Event::Tell, at(2006)).await.unwrap();
    assert_eq!((closed.object.state(), closed.object.outcome()), (State::Closed, Some(Outcome::Reversed)));
}

#[tokio::test]
async fn who_decides_the_case_while_a_complaint_runs_cannot_have_it_either() {
    let database = Database::new().await;
    let (case, _) = decided(&database).await;
    let store = &database.store;
    store.lodge_complaint(&complaint(10), at(2000)).await.unwrap();
    store.step_complaint(id(20), &assign("boris"), at(2001)).await.unwrap();
    store.record_encounter(case, &reviewer("boris"), Seen::Clip, at(2002)).await.unwrap();
    store.reverse_case(case, Occasion::OwnReview, &by("boris", 12, restriction(2003)), at(2003)).await.unwrap();
    let refused = store.decide_complaint(id(20), &reversed("boris"), at(2005)).await;
    assert!(matches!(refused, Err(DutyError::Complaint(complaint::Error::ByDecider { .. }))), "{refused:?}");
    store.step_complaint(id(20), &assign("clara"), at(2006)).await.unwrap();
}

#[tokio::test]
async fn a_complaint_that_comes_too_late_is_refused() {
    let database = Database::new().await;
    decided(&database).await;
    let late = Facts { lodged_at: at(1030) + chrono::TimeDelta::days(200), ..complaint(10) };
    let refused = database.store.lodge_complaint(&late, late.lodged_at).await;
    assert!(matches!(refused, Err(DutyError::Complaint(complaint::Error::TooLate { .. }))));
}

/// What the constraint of the first column must refuse, whoever writes it.
const REFUSED: [(&str, &str); 3] = [
    (
        "decision_on_complaint_by_another",
        "insert into decision (decision_id, case_id, replaces_id, occasion, occasion_id, made_by, maker, decided_at, outcome)
         select gen_random_uuid(), case_id, decision_id, 'complaint', gen_random_uuid(), 'reviewer', 'anna', now(), 'restrict'
         from decision",
    ),
    (
        "decision_on_complaint_by_person",
        "insert into decision (decision_id, case_id, replaces_id, occasion, occasion_id, made_by, maker, decided_at, outcome)
         select gen_random_uuid(), case_id, decision_id, 'complaint', gen_random_uuid(), 'machine', 'auto', now(), 'restrict'
         from decision",
    ),
    (
        "complaint_step_decided_by_person",
        r#"insert into complaint_step (complaint_id, ordinal, from_state, step, state, happened_at, actor, event)
           select complaint_id, 2, 'assigned', 'decide', 'decided', now(), 'service:x',
                  '{"decide":{"maker":{"machine":{"name":"auto"}}}}'
           from complaint"#,
    ),
];

#[tokio::test]
async fn the_database_itself_refuses_a_complaint_decided_by_machine_or_by_the_same_person() {
    let database = Database::new().await;
    decided(&database).await;
    database.store.lodge_complaint(&complaint(10), at(2000)).await.unwrap();
    database.store.step_complaint(id(20), &assign("boris"), at(2001)).await.unwrap();
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    for (constraint, statement) in REFUSED {
        let error = sqlx::query(statement).execute(&mut service).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().constraint(), Some(constraint), "{error}");
    }
}

#[tokio::test]
async fn what_a_body_decides_is_carried_out_by_a_new_decision() {
    let database = Database::new().await;
    let (case, _) = decided(&database).await;
    let store = &database.store;
    let facts = dispute::Facts {
        dispute_id: id(30),
        decision_id: decision_id(10),
        body: "A certified body".into(),
        brought_at: at(2000),
    };
    store.bring_dispute(&facts, at(2000)).await.unwrap();
    store.step_dispute(id(30), &dispute::Event::Engage, at(2001)).await.unwrap();
    let decide = dispute::Event::Decide { outcome: Outcome::Reversed };
    store.step_dispute(id(30), &decide, at(2002)).await.unwrap();
    let due = store.deadlines(&Aims::default()).await.unwrap();
    assert_eq!(
        due.iter().map(|due| (due.object, due.duty)).collect::<Vec<_>>(),
        [("dispute", "carry out or say why not")]
    );
    assert!(store.implement_dispute(id(30), None, at(2003)).await.is_err());
    store.record_encounter(case, &reviewer("boris"), Seen::Clip, at(2003)).await.unwrap();
    store.implement_dispute(id(30), Some(&by("boris", 11, no_action())), at(2004)).await.unwrap();
    let effective = store.case(case).await.unwrap().chain.unwrap().effective().clone();
    assert_eq!(effective.replaces.unwrap().occasion, Occasion::Dispute(id(30)));
}
