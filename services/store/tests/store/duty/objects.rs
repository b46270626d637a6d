//! Notices, orders, escalations and suspensions: what came is kept, each step is checked, each leaves its event.

use domain::{
    Aims, Object, Seen, Source, States,
    case::Case,
    complaint::Complaint,
    dispute::Dispute,
    escalation::{self, Concerned, Escalation},
    notice::{self, Contact, Notice},
    order::{self, Order},
    suspension::{self, Misuse, Suspension},
};
use newtype_uuid::GenericUuid;
use sqlx::{Connection, PgConnection};
use store::{DutyError, Kept, NewCase};

use super::{LEASE, by, case, decided, id, no_action, restriction, reviewer};
use crate::{
    cluster::Database,
    fixture::{at, room},
};

fn notice(number: u128, address: Option<&str>) -> notice::Facts {
    notice::Facts {
        notice_id: id(number),
        received_at: at(1005),
        contact: address.map(|address| Contact { name: "Mara".into(), address: address.into() }),
        is_exempt_from_identity: false,
        trusted_flagger: None,
        organisation: Some("A watchdog".into()),
        places: vec![notice::Place { room: room(), from_at: at(1), until_at: Some(at(5)) }],
        claim: "A threat.".into(),
        category: None,
        in_good_faith: true,
    }
}

fn order(number: u128) -> order::Facts {
    order::Facts {
        order_id: id(number),
        kind: order::Kind::TerroristContent,
        authority: "An authority".into(),
        member_state: "DE".parse().unwrap(),
        legal_ground: "Article 3".into(),
        reference: "1/26".into(),
        received_at: at(1000),
        effect_by: None,
        silent_until: None,
    }
}

#[tokio::test]
async fn a_notice_is_decided_with_its_case_and_reads_back() {
    let database = Database::new().await;
    let (store, flagged) = (&database.store, case(&database).await);
    let flags = store.case(flagged).await.unwrap().flags;
    assert_eq!(flags.len(), 1);
    for facts in [notice(1, Some("mara@example.org")), notice(2, None), notice(3, Some("x@example.org"))] {
        store.receive_notice(&facts, at(1005)).await.unwrap();
        assert_eq!(store.object::<Notice>(facts.notice_id).await.unwrap().object.facts(), &facts);
    }
    let notices = vec![id(1), id(2), id(3)];
    let new = NewCase { room: room(), flags: vec![], notices, orders: vec![], places: vec![] };
    let case = store.open_case(&new, at(1006)).await.unwrap();
    store.step_notice(id(1), &notice::Event::Acknowledge, at(1007)).await.unwrap();
    store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    store.record_encounter(case, &reviewer("anna"), Seen::Notice, at(1011)).await.unwrap();
    store.decide_case(case, &by("anna", 10, restriction(1020)), at(1020)).await.unwrap();
    let file = store.case(case).await.unwrap();
    assert_eq!(file.trail.source(at(1020)).unwrap(), Source::Notice { organisation: Some("A watchdog".into()) });
    let states: Vec<_> = store.objects::<Notice>(None, true, 9).await.unwrap();
    let states: Vec<_> = states.iter().map(|notice| notice.object.state()).collect();
    assert_eq!(states, [notice::State::Decided, notice::State::Decided, notice::State::Received]);
    let owed = store.decide_notice(id(3), at(1021)).await;
    assert!(matches!(owed, Err(DutyError::Notice(notice::Error::ReceiptOwed(_)))));
    store.step_notice(id(3), &notice::Event::Acknowledge, at(1022)).await.unwrap();
    store.decide_notice(id(3), at(1023)).await.unwrap();
    assert!(matches!(store.step_notice(id(2), &notice::Event::Tell, at(1024)).await, Err(DutyError::Notice(_))));
}

#[tokio::test]
async fn the_log_knows_nothing_of_who_sent_a_notice() {
    let database = Database::new().await;
    database.store.receive_notice(&notice(1, Some("mara@example.org")), at(1005)).await.unwrap();
    let told = database.value::<String>("select string_agg(payload::text, '') from audit_event").await;
    assert!(!told.contains("ara"), "{told}");
}

#[tokio::test]
async fn what_is_due_comes_soonest_first() {
    let database = Database::new().await;
    let (case, _) = decided(&database).await;
    let store = &database.store;
    store.receive_order(&order(1), at(1000)).await.unwrap();
    store.receive_notice(&notice(1, Some("mara@example.org")), at(1005)).await.unwrap();
    let duty = escalation::Duty::ThreatToLife;
    let facts = escalation::Facts { escalation_id: id(1), case_id: case, duty, aware_at: at(1000) };
    store.open_escalation(&facts, at(1000)).await.unwrap();
    let due = store.deadlines(&Aims::default()).await.unwrap();
    let told: Vec<_> =
        due.iter().map(|due| (due.object, due.duty, (due.deadline.due_at - at(1000)).num_minutes())).collect();
    let expected = [
        ("notice", "acknowledge", 10),
        ("escalation", "confirm or dismiss", 30),
        ("order", "give effect", 60),
        ("notice", "decide", 24 * 60),
    ];
    assert_eq!(told, expected);
    store.step_order(id(1), &order::Event::GiveEffect, at(1100)).await.unwrap();
    assert_eq!(store.deadlines(&Aims::default()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_strike_names_what_shows_it() {
    let database = Database::new().await;
    decided(&database).await;
    let store = &database.store;
    let facts = suspension::Facts {
        suspension_id: id(1),
        account: "user 7".parse().unwrap(),
        misuse: Misuse::IllegalContent,
        begun_at: at(1000),
    };
    store.watch_account(&facts, at(1000)).await.unwrap();
    let strike = |item| suspension::Event::Strike { item };
    let nothing = store.step_suspension(id(1), &strike(uuid::Uuid::from_u128(99)), at(1001)).await;
    assert!(matches!(nothing, Err(DutyError::NoSuchItem { .. })));
    let after = store.step_suspension(id(1), &strike(uuid::Uuid::from_u128(10)), at(1001)).await.unwrap();
    assert_eq!(after.object.strikes(), 1);
    assert_eq!(store.object::<Suspension>(id(1)).await.unwrap().object, after.object);
}

#[tokio::test]
async fn an_escalation_goes_to_a_state_concerned_first() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    let duty = escalation::Duty::ThreatToLife;
    let facts = escalation::Facts { escalation_id: id(1), case_id: case, duty, aware_at: at(1000) };
    store.open_escalation(&facts, at(1000)).await.unwrap();
    let confirm = escalation::Event::Confirm {
        reviewer: reviewer("anna"),
        concerned: Concerned::States(vec!["DE".parse().unwrap()]),
        why: "A named victim.".into(),
    };
    store.step_escalation(id(1), &confirm, at(1001)).await.unwrap();
    let pack = escalation::Pack {
        sha256: [7; 32],
        spoken_at: at(2).fixed_offset(),
        explanation: "A threat.".into(),
        locates_user: None,
    };
    let send = |recipient| escalation::Event::Send { recipient, pack: pack.clone() };
    let wrong = store.step_escalation(id(1), &send(escalation::Recipient::Europol), at(1002)).await;
    assert!(matches!(wrong, Err(DutyError::Escalation(escalation::Error::WrongRecipient { .. }))));
    let concerned = escalation::Recipient::Concerned("DE".parse().unwrap());
    let told = store.step_escalation(id(1), &send(concerned), at(1002)).await.unwrap();
    assert_eq!(store.object::<Escalation>(id(1)).await.unwrap().object, told.object);
}

/// Every step that the state of an object does not have is refused by the database too, as the services' role.
async fn check_illegal<O: Kept>(database: &Database, object: &str, object_id: u128) {
    let loaded = database.store.object::<O>(O::Id::from_untyped_uuid(uuid::Uuid::from_u128(object_id))).await.unwrap();
    let (state, entries) = (loaded.object.state(), loaded.object.history().entries().len());
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    let mut refused = 0;
    for step in <<O::Event as domain::Event>::State as States>::STEPS {
        for to in <<O::Event as domain::Event>::State as States>::STATES {
            if state.after(*step) == Some(*to) {
                continue;
            }
            let statement = format!(
                "insert into {object}_step ({object}_id, ordinal, from_state, step, state, happened_at, actor, event)
                 values ($1, $2, $3, $4, $5, now(), 'person:x', '{{}}')"
            );
            let result = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(loaded.id)
                .bind(i32::try_from(entries).unwrap() + 1)
                .bind(state.to_string())
                .bind(step.to_string())
                .bind(to.to_string())
                .execute(&mut service)
                .await;
            let error = result.unwrap_err();
            let told = error.as_database_error().unwrap().constraint().unwrap_or_default().to_owned();
            assert!(told.starts_with(&format!("{object}_step_")), "{step} to {to}: {error}");
            refused += 1;
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn no_step_out_of_turn_gets_into_the_database() {
    let database = Database::new().await;
    let (case, decision) = decided(&database).await;
    let store = &database.store;
    store.receive_notice(&notice(1, None), at(1005)).await.unwrap();
    store.receive_order(&order(1), at(1000)).await.unwrap();
    let decision_id = decision.decision_id;
    let complaint = domain::complaint::Facts {
        complaint_id: id(1),
        decision_id,
        lodged_at: at(2000),
        told_at: at(1030),
        subject: domain::complaint::Subject::Account,
        reasons: String::new(),
    };
    store.lodge_complaint(&complaint, at(2000)).await.unwrap();
    let dispute =
        domain::dispute::Facts { dispute_id: id(1), decision_id, body: "A body".into(), brought_at: at(2000) };
    store.bring_dispute(&dispute, at(2000)).await.unwrap();
    let duty = escalation::Duty::ThreatToLife;
    let facts = escalation::Facts { escalation_id: id(1), case_id: case, duty, aware_at: at(1000) };
    store.open_escalation(&facts, at(1000)).await.unwrap();
    let (account, misuse) = ("user 7".parse().unwrap(), Misuse::UnfoundedNotices);
    let facts = suspension::Facts { suspension_id: id(1), account, misuse, begun_at: at(1000) };
    store.watch_account(&facts, at(1000)).await.unwrap();
    check_illegal::<Case>(&database, "case", case.into_untyped_uuid().as_u128()).await;
    check_illegal::<Notice>(&database, "notice", 1).await;
    check_illegal::<Order>(&database, "order", 1).await;
    check_illegal::<Complaint>(&database, "complaint", 1).await;
    check_illegal::<Dispute>(&database, "dispute", 1).await;
    check_illegal::<Escalation>(&database, "escalation", 1).await;
    check_illegal::<Suspension>(&database, "suspension", 1).await;
    let skipped = store.decide_case(case, &by("anna", 77, no_action()), at(3000)).await.unwrap_err();
    assert!(skipped.to_string().contains("the case is decided: decide is no step of it"), "{skipped}");
}
