//! The narrow ways in which anything is erased: with its log, its count and its event in one transaction, or not at all.

use domain::EpochKey;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{AbsentReason, DeletionClass, Screening, Store, StoredKey};
use uuid::Uuid;

use crate::{
    cluster::Database,
    fixture::{S, at, claim, finding, open, room, store_window, window},
    schema::check,
};

/// A room with three windows of words, a flag in the first, and a key.
async fn flagged(store: &Store) -> EpochKey {
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    for n in 0..3 {
        store_window(store, &lease, &window(&key, n * 10 * S, (n + 1) * 10 * S, "one two three"), n).await;
    }
    let findings = [finding(&key, "a", 2 * S, 4 * S)];
    let window = window(&key, 0, 10 * S, "x").id();
    let screening =
        Screening { window, pack_hash: Some("cc"), model_sha256: None, findings: &findings, next_offset: 1 };
    store.store_screening(&claim(store, "screen").await.lease, &screening, at(200)).await.unwrap();
    let wrapped = StoredKey { id: Uuid::from_u128(1), master: "m".into(), wrapped: vec![7; 60] };
    store.add_room_key(&room(), &wrapped, at(200)).await.unwrap();
    key
}

/// Runs statements as the services' role in one transaction; the refusal's constraint or SQLSTATE.
async fn refusal(database: &Database, statements: &str) -> String {
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    let script = format!("begin; {statements}; commit");
    let error = sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut service).await.unwrap_err();
    let answer = error.as_database_error().unwrap();
    answer.constraint().map_or_else(|| answer.code().unwrap().into_owned(), str::to_owned)
}

const LOG: &str = "insert into deletion (deletion_id, happened_at, actor, class, things, rule)
    values (uuid '00000000-0000-0000-0000-00000000000d', now(), 'x', ";
const EVENT: &str = "insert into audit_event
    (audit_event_id, happened_at, actor, action, entity, entity_id, payload, salt, leaf_hash)
    values (gen_random_uuid(), now(), 'x', 'deletion.logged', 'deletion', '00000000-0000-0000-0000-00000000000d', '{}',
            decode(repeat('00', 16), 'hex'), decode(repeat('00', 32), 'hex'))";
const ID: &str = "uuid '00000000-0000-0000-0000-00000000000d'";

#[tokio::test]
async fn the_services_role_erases_nothing_by_itself() {
    let database = Database::new().await;
    flagged(&database.store).await;
    for edit in [
        "delete from room_key",
        "update room_key set wrapped = wrapped",
        "truncate room_key",
        "update clip set absent = null",
        "delete from clip",
        "delete from clip_end",
        "update deletion set things = 0",
        "delete from deletion",
        "update legal_hold set why = 'x'",
        "delete from legal_hold",
        "delete from legal_hold_release",
        "update segment set text = ''",
        "update word set text = ''",
        "update finding set words = ''",
        "update dead_letter set payload = null",
        "delete from coverage_interval",
        "delete from flag",
        "select deletion_of_this_transaction(gen_random_uuid(), 'text')",
        "select deletion_is_exact(1, 1)",
        "select deletion_is_held()",
    ] {
        assert_eq!(refusal(&database, edit).await, "42501", "{edit}");
    }
}

#[tokio::test]
async fn nothing_is_erased_without_its_exact_log_and_event_in_the_same_transaction() {
    let database = Database::new().await;
    flagged(&database.store).await;
    let room = "'town hall'";
    let key = format!("select erase_room_key({room}, {ID})");
    assert_eq!(refusal(&database, &key).await, "deletion_is_logged");
    assert_eq!(refusal(&database, &format!("{LOG} 'room_key', 1, 'r'); {key}")).await, "deletion_is_logged");
    let other_class = format!("{LOG} 'text', 1, 'r'); {EVENT}; {key}");
    assert_eq!(refusal(&database, &other_class).await, "deletion_is_logged");
    let other_count = format!("{LOG} 'room_key', 2, 'r'); {EVENT}; {key}");
    assert_eq!(refusal(&database, &other_count).await, "deletion_is_exact");

    // A log of another transaction is no log of this one.
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    let logged = format!("begin; {LOG} 'room_key', 1, 'r'); {EVENT}; commit");
    sqlx::raw_sql(AssertSqlSafe(logged)).execute(&mut service).await.unwrap();
    assert_eq!(refusal(&database, &key).await, "deletion_is_logged");
    assert_eq!(database.value::<i64>("select count(*) from room_key").await, 1);
}

#[tokio::test]
async fn a_hold_stands_against_every_function() {
    let database = Database::new().await;
    flagged(&database.store).await;
    database.store.place_hold(&room(), None, "a court", at(300)).await.unwrap();
    for (class, things, call) in [
        ("room_key", 1, format!("select erase_room_key('town hall', {ID})")),
        (
            "text",
            3,
            format!(
                "select erase_texts(array(select window_id from segment), array(select ordinal from segment), {ID})"
            ),
        ),
        ("finding", 1, format!("select erase_findings(array(select finding_id from finding), {ID})")),
    ] {
        let tried = format!("{LOG} '{class}', {things}, 'r'); {EVENT}; {call}");
        assert_eq!(refusal(&database, &tried).await, "deletion_is_held", "{class}");
    }
    assert_eq!(database.store.release_holds(&room(), None, "over", at(301)).await.unwrap(), 1);
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    let done = format!("begin; {LOG} 'room_key', 1, 'r'); {EVENT}; select erase_room_key('town hall', {ID}); commit");
    sqlx::raw_sql(AssertSqlSafe(done)).execute(&mut service).await.unwrap();
    assert_eq!(database.value::<i64>("select count(*) from room_key").await, 0);
}

#[tokio::test]
async fn closed_lists_of_evidence_are_the_same_in_sql_and_in_rust() {
    let database = Database::new().await;
    check(&database, "clip_absent_known", AbsentReason::ALL, AbsentReason::as_str).await;
    check(&database, "deletion_class_known", DeletionClass::ALL, DeletionClass::as_str).await;
}

#[tokio::test]
async fn an_open_case_and_a_young_decision_keep_the_evidence_of_their_flag() {
    let database = Database::new().await;
    let key = flagged(&database.store).await;
    let flag = finding(&key, "a", 2 * S, 4 * S).opens();
    let target = store::EraseTarget::Flag(flag);
    let kept = async |since: i64| {
        let done = database.store.erase(&target, (S, at(since)), ("asked", true), at(400)).await.unwrap();
        done.kept.iter().map(|kept| (kept.class.as_str(), kept.by.as_str(), kept.things)).collect::<Vec<_>>()
    };
    assert_eq!(kept(0).await, []);
    let case = "insert into review_case values (uuid '00000000-0000-0000-0000-000000000001', 'town hall', now());
        insert into case_flag select flag_id, uuid '00000000-0000-0000-0000-000000000001', now() from flag";
    sqlx::raw_sql(case).execute(&database.rows).await.unwrap();
    assert_eq!(kept(0).await, [("text", "open_case", 1), ("finding", "open_case", 1)]);
    let decided = "insert into case_step (case_id, ordinal, from_state, step, state, happened_at, actor, event)
        values (uuid '00000000-0000-0000-0000-000000000001', 1, 'open', 'decide', 'decided', now(), 'person:a', '{}');
        insert into decision (decision_id, case_id, made_by, maker, decided_at, outcome, why)
        values (gen_random_uuid(), uuid '00000000-0000-0000-0000-000000000001', 'reviewer', 'anna',
                timestamptz '2026-09-12 20:05:00Z', 'no_action', 'harmless')";
    sqlx::raw_sql(decided).execute(&database.rows).await.unwrap();
    assert_eq!(kept(300).await, [("text", "decision_kept", 1), ("finding", "decision_kept", 1)]);
    assert_eq!(kept(301).await, []);
}
