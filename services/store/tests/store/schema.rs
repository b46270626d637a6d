//! The schema explains itself, and the services' role may only add to the record.

use std::collections::BTreeSet;

use domain::{BetweenReason, Category, CoverageReason, CoverageState, FlagStatus, Hearing, Severity};
use sqlx::{Connection, PgConnection};
use store::{Actor, AttemptResult, EpochEnd, ModelKind, Options, Store, StoreError, bootstrap_embedded, migrate};

use crate::{
    cluster::Database,
    fixture::{at, description},
};

#[tokio::test]
async fn every_table_says_what_it_is() {
    let database = Database::new().await;
    let silent = database
        .column(
            "select relname::text from pg_class
             where relnamespace = 'public'::regnamespace and relkind = 'r' and obj_description(oid, 'pg_class') is null",
        )
        .await;
    assert_eq!(silent, Vec::<String>::new());
    let tables: i64 = database
        .value("select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
        .await;
    assert!(tables > 20, "{tables} tables");
}

#[tokio::test]
async fn every_constraint_has_a_name_that_we_gave() {
    let database = Database::new().await;
    let unnamed = database
        .column(
            r"select conrelid::regclass || ': ' || conname from pg_constraint
              where connamespace = 'public'::regnamespace and conrelid <> '_sqlx_migrations'::regclass
                and conname ~ '_(pkey|key|fkey|check|excl)\d*$'",
        )
        .await;
    assert_eq!(unnamed, Vec::<String>::new());
}

#[tokio::test]
async fn closed_lists_are_the_same_in_sql_and_in_rust() {
    let database = Database::new().await;
    check(&database, "coverage_interval_state_known", CoverageState::ALL, CoverageState::as_str).await;
    check(&database, "coverage_interval_reason_known", CoverageReason::ALL, CoverageReason::as_str).await;
    check(&database, "segment_hearing_known", Hearing::ALL, Hearing::as_str).await;
    check(&database, "epoch_between_reason_known", BetweenReason::ALL, BetweenReason::as_str).await;
    check(&database, "epoch_closed_how_known", EpochEnd::ALL, EpochEnd::as_str).await;
    check(&database, "access_attempt_result_known", AttemptResult::ALL, AttemptResult::as_str).await;
    check(&database, "model_kind_known", ModelKind::ALL, ModelKind::as_str).await;
    check(&database, "study_category_known", Category::ALL, Category::as_str).await;
    for table in ["finding", "flag"] {
        check(&database, &format!("{table}_category_known"), Category::ALL, Category::as_str).await;
        check(&database, &format!("{table}_severity_known"), Severity::ALL, Severity::as_str).await;
        check(&database, &format!("{table}_status_known"), FlagStatus::ALL, FlagStatus::as_str).await;
    }
}

pub(crate) async fn check<T: Copy>(database: &Database, constraint: &str, list: &[T], name: fn(T) -> &'static str) {
    let text: String = sqlx::query_scalar("select pg_get_constraintdef(oid) from pg_constraint where conname = $1")
        .bind(constraint)
        .fetch_one(&database.rows)
        .await
        .unwrap();
    let in_sql: BTreeSet<_> = text.split('\'').skip(1).step_by(2).collect();
    let in_rust: BTreeSet<_> = list.iter().map(|value| name(*value)).collect();
    assert_eq!(in_sql, in_rust, "{constraint}");
}

#[tokio::test]
async fn the_log_can_only_be_added_to() {
    let database = Database::new().await;
    database.store.open_room(&description(None), at(0)).await.unwrap();
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    for edit in [
        "update audit_event set payload = '{}'",
        "update audit_event set seq = 1",
        "delete from audit_event",
        "truncate audit_event",
        "insert into audit_event (audit_event_id, seq, happened_at, actor, action, entity, entity_id, payload, salt, leaf_hash)
         select gen_random_uuid(), 7, happened_at, actor, action, entity, entity_id, payload, salt, leaf_hash from audit_event",
        "update audit_leaf set leaf_hash = leaf_hash",
        "delete from audit_leaf",
        "truncate audit_leaf",
        "update audit_node set hash = hash",
        "delete from audit_node",
        "truncate audit_node",
        "update audit_checkpoint set note = ''",
        "delete from audit_checkpoint",
        "truncate audit_checkpoint",
        "update audit_key set vkey = ''",
        "delete from audit_key",
        "truncate audit_key",
    ] {
        let error = sqlx::query(edit).execute(&mut service).await.unwrap_err();
        assert_eq!(error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(), Some("42501"), "{edit}: {error}");
    }
    assert_eq!(database.value::<i64>("select count(*) from audit_event").await, 1);
}

#[tokio::test]
async fn a_leaf_has_the_next_place_and_an_event_of_its_hash() {
    let database = Database::new().await;
    database.store.open_room(&description(None), at(0)).await.unwrap();
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    for (leaf, refusal) in [
        ("select 1, audit_event_id, leaf_hash from audit_event", "audit_leaf_has_no_gap"),
        ("select 0, gen_random_uuid(), leaf_hash from audit_event", "audit_leaf_is_of_an_event"),
        ("select 0, audit_event_id, sha256(leaf_hash) from audit_event", "audit_leaf_is_of_an_event"),
    ] {
        let add = sqlx::AssertSqlSafe(format!("insert into audit_leaf (seq, audit_event_id, leaf_hash) {leaf}"));
        let error = sqlx::query(add).execute(&mut service).await.unwrap_err();
        let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        assert_eq!(constraint, Some(refusal), "{leaf}: {error}");
    }
    let add =
        "insert into audit_leaf (seq, audit_event_id, leaf_hash) select 0, audit_event_id, leaf_hash from audit_event";
    sqlx::query(add).execute(&mut service).await.unwrap();
    assert_eq!(database.value::<i64>("select seq from audit_event").await, 0);
}

#[tokio::test]
async fn the_services_role_may_change_just_what_moves() {
    let database = Database::new().await;
    let rights = database
        .column(
            "select table_name || ': ' || string_agg(distinct privilege_type, ' ' order by privilege_type)
             from information_schema.column_privileges
             where grantee = 'earwitness_service' and table_schema = 'public'
             group by table_name having bool_or(privilege_type not in ('SELECT', 'INSERT')) order by table_name",
        )
        .await;
    let moving = [
        "case_claim",
        "epoch",
        "epoch_progress",
        "flag",
        "listener_count",
        "partition_lease",
        "partition_progress",
        "room",
        "statement_outbox",
        "stream",
    ];
    let mut expected = moving.map(|table| format!("{table}: INSERT SELECT UPDATE")).to_vec();
    // Its one row is there from the beginning.
    expected.push("statement_sender: SELECT UPDATE".to_owned());
    expected.sort();
    assert_eq!(rights, expected);
    let removes = database
        .column(
            "select table_name || ': ' || privilege_type from information_schema.table_privileges
             where grantee = 'earwitness_service' and privilege_type not in ('SELECT', 'INSERT')",
        )
        .await;
    assert_eq!(removes, ["outbox: DELETE"]);
}

#[tokio::test]
async fn what_is_migrated_and_set_up_stays_as_it_is() {
    let database = Database::new().await;
    assert_eq!(migrate(&database.owner_url, &Options::default()).await.unwrap(), []);
    let state = database.store.schema_state().await.unwrap();
    assert!(state.is_current() && state.applied.len() > 5, "{state:?}");
    let urls = bootstrap_embedded(&database.cluster.url("postgres", "postgres")).await.unwrap();
    assert_eq!(bootstrap_embedded(&database.cluster.url("postgres", "postgres")).await.unwrap(), urls);
    let actor = Actor::service("test").unwrap();
    let store = Store::connect(&urls.service, actor, &Options::default()).await.unwrap();
    assert!(store.schema_state().await.unwrap().is_current());
    store.close().await;
}

#[tokio::test]
async fn an_owner_who_may_not_create_the_role_is_told_what_to_do() {
    let database = Database::new().await;
    let refusal = &database.cluster.refusal;
    assert!(refusal.contains("the role earwitness_service does not exist and plain may not create it"), "{refusal}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_waited_for_and_then_named_unavailable() {
    let options = Options { wait: std::time::Duration::from_millis(200), ..Options::default() };
    let nowhere = "postgresql:///earwitness?host=/nowhere&user=earwitness_service";
    let error = Store::connect(nowhere, Actor::service("test").unwrap(), &options).await.unwrap_err();
    assert!(error.is_transient() && matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let error = Store::connect("not a url", Actor::service("test").unwrap(), &options).await.unwrap_err();
    assert!(!error.is_transient() && matches!(error, StoreError::Url { .. }), "{error:?}");
}
