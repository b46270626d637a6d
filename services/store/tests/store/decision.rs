//! Cases, decisions and the law's objects in the database: their tables say what the domain says, and refuse the rest.

use std::collections::BTreeSet;

use domain::{
    Account, MemberState, Monetary, Provision, Seen, StatementCategory, States, Visibility, case, complaint, dispute,
    escalation, notice, order, suspension,
};
use sqlx::{Connection, PgConnection};

use crate::{
    cluster::Database,
    fixture::{at, description},
    schema::check,
};

#[tokio::test]
async fn the_steps_that_the_database_takes_are_the_domains() {
    let database = Database::new().await;
    check_steps::<case::State>(&database, "case").await;
    check_steps::<notice::State>(&database, "notice").await;
    check_steps::<order::State>(&database, "order").await;
    check_steps::<complaint::State>(&database, "complaint").await;
    check_steps::<dispute::State>(&database, "dispute").await;
    check_steps::<escalation::State>(&database, "escalation").await;
    check_steps::<suspension::State>(&database, "suspension").await;
}

async fn check_steps<S: States>(database: &Database, object: &str) {
    let of =
        |name: &str| sqlx::query_scalar(CONSTRAINT).bind(format!("{object}_step_{name}")).fetch_one(&database.rows);
    let begins: String = of("begins").await.unwrap();
    let begins: Vec<_> = begins.split('\'').skip(1).step_by(2).collect();
    assert_eq!(begins, [S::STATES[0].to_string()], "{object}");
    let possible: String = of("possible").await.unwrap();
    let in_sql: Vec<_> = possible.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
    let in_sql: BTreeSet<Vec<String>> = in_sql.chunks(3).map(<[String]>::to_vec).collect();
    let after =
        |from: S, step: S::Step| from.after(step).map(|to| vec![from.to_string(), step.to_string(), to.to_string()]);
    let in_rust: BTreeSet<Vec<String>> =
        S::STATES.iter().flat_map(|from| S::STEPS.iter().filter_map(|step| after(*from, *step))).collect();
    assert_eq!(in_sql, in_rust, "{object}");
}

const CONSTRAINT: &str = "select pg_get_constraintdef(oid) from pg_constraint where conname = $1";

#[tokio::test]
async fn closed_lists_of_decisions_and_duties_are_the_same_in_sql_and_in_rust() {
    let database = Database::new().await;
    check(&database, "encounter_seen_known", Seen::ALL, Seen::as_str).await;
    check(&database, "measure_visibility_known", Visibility::ALL, Visibility::as_str).await;
    check(&database, "measure_monetary_known", Monetary::ALL, Monetary::as_str).await;
    check(&database, "measure_provision_known", Provision::ALL, Provision::as_str).await;
    check(&database, "measure_account_known", Account::ALL, Account::as_str).await;
    check(&database, "measure_states_known", MemberState::ALL, MemberState::as_str).await;
    check(&database, "authority_order_member_state_known", MemberState::ALL, MemberState::as_str).await;
    check(&database, "authority_order_kind_known", order::Kind::ALL, order::Kind::as_str).await;
    check(&database, "complaint_subject_known", complaint::Subject::ALL, complaint::Subject::as_str).await;
    check(&database, "escalation_duty_known", escalation::Duty::ALL, escalation::Duty::as_str).await;
    check(&database, "suspension_misuse_known", suspension::Misuse::ALL, suspension::Misuse::as_str).await;
    for table in ["measure", "notice"] {
        let constraint = format!("{table}_category_known");
        check(&database, &constraint, StatementCategory::ALL, StatementCategory::as_str).await;
    }
}

/// A case that anna claimed and decided: the account is suspended.
const DECIDED: [&str; 4] = [
    "insert into review_case select uuid '00000000-0000-0000-0000-000000000001', room_id, now() from room",
    "insert into case_step (case_id, ordinal, from_state, step, state, happened_at, actor, event)
     values (uuid '00000000-0000-0000-0000-000000000001', 1, 'open', 'claim', 'claimed', now(), 'person:anna', '{}')",
    "insert into decision (decision_id, case_id, made_by, maker, decided_at, outcome)
     values (uuid '00000000-0000-0000-0000-00000000000a', uuid '00000000-0000-0000-0000-000000000001', 'reviewer',
             'anna', now(), 'restrict')",
    "insert into measure (decision_id, ground, ground_text, explanation, category, additional, keywords, visibility,
                          account, scope, states, applied_at, facts)
     values (uuid '00000000-0000-0000-0000-00000000000a', 'law', '§ 241', 'A threat.', 'STATEMENT_CATEGORY_VIOLENCE',
             '{}', '{}', '{}', 'DECISION_ACCOUNT_SUSPENDED', 'union', '{}', now(), 'A speaker announced violence.')",
];

/// What the constraint, or the missing right, of the first column must refuse.
const REFUSED: [(&str, &str); 11] = [
    (
        "case_step_follows",
        "insert into case_step (case_id, ordinal, from_state, step, state, happened_at, actor, event)
         select case_id, 2, 'open', 'claim', 'claimed', now(), 'person:boris', '{}' from review_case",
    ),
    (
        "case_step_follows",
        "insert into case_step (case_id, ordinal, from_state, step, state, happened_at, actor, event)
         select case_id, 3, 'claimed', 'decide', 'decided', now(), 'person:anna', '{}' from review_case",
    ),
    (
        "case_step_possible",
        "insert into case_step (case_id, ordinal, from_state, step, state, happened_at, actor, event)
         select case_id, 2, 'claimed', 'decide', 'open', now(), 'person:anna', '{}' from review_case",
    ),
    (
        "case_step_pk",
        "insert into case_step (case_id, ordinal, from_state, step, state, happened_at, actor, event)
         select case_id, 1, 'open', 'claim', 'claimed', now(), 'person:boris', '{}' from review_case",
    ),
    (
        "decision_first_per_case",
        "insert into decision (decision_id, case_id, made_by, maker, decided_at, outcome)
         select gen_random_uuid(), case_id, 'reviewer', 'boris', now(), 'restrict' from review_case",
    ),
    (
        "decision_on_complaint_by_person",
        "insert into decision (decision_id, case_id, replaces_id, occasion, occasion_id, made_by, maker, decided_at, outcome)
         select gen_random_uuid(), case_id, decision_id, 'complaint', gen_random_uuid(), 'machine', 'auto 1', now(), 'restrict'
         from decision",
    ),
    (
        "decision_no_action_says_why",
        "insert into decision (decision_id, case_id, replaces_id, occasion, made_by, maker, decided_at, outcome)
         select gen_random_uuid(), case_id, decision_id, 'own_review', 'reviewer', 'boris', now(), 'no_action' from decision",
    ),
    (
        "measure_pk",
        "insert into measure (decision_id, ground, ground_text, explanation, category, additional, keywords, visibility,
                              account, scope, states, applied_at, facts)
         select decision_id, ground, ground_text, explanation, category, additional, keywords, visibility, account, scope,
                states, applied_at, 'Other facts.' from measure",
    ),
    ("permission", "update decision set maker = 'boris'"),
    ("permission", "delete from measure"),
    ("permission", "truncate case_step"),
];

#[tokio::test]
async fn the_database_refuses_what_the_domain_refuses_and_every_edit() {
    let database = Database::new().await;
    database.store.open_room(&description(None), at(0)).await.unwrap();
    let mut service = PgConnection::connect(&database.service_url).await.unwrap();
    for insert in DECIDED {
        sqlx::query(insert).execute(&mut service).await.unwrap();
    }
    for (constraint, statement) in REFUSED {
        let error = sqlx::query(statement).execute(&mut service).await.unwrap_err();
        let refusal = error.as_database_error().unwrap();
        let told =
            refusal.constraint().unwrap_or(if refusal.message().contains("permission") { "permission" } else { "" });
        assert_eq!(told, constraint, "{statement}: {error}");
    }
}
