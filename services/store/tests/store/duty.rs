//! Cases, decisions and the law's objects through the store: what it refuses, and what it derives.

mod appeals;
mod cases;
mod objects;
mod races;

use chrono::TimeDelta;
use domain::{
    Account, Basis, CaseId, Category, Clause, Decision, DecisionId, Finding, FlagId, Label, Maker, Measure, Outcome,
    Restrictions, ReviewerId, Scope, Seen,
};
use newtype_uuid::{GenericUuid, TypedUuid, TypedUuidKind};
use store::{NewDecision, Screening};
use uuid::Uuid;

use crate::{
    cluster::Database,
    fixture::{S, at, claim, finding, open, room, store_window, window},
};

/// How long a claim lasts here.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// The id with that number.
fn id<K: TypedUuidKind>(number: u128) -> TypedUuid<K> {
    TypedUuid::from_untyped_uuid(Uuid::from_u128(number))
}

fn reviewer(name: &str) -> ReviewerId {
    name.parse().unwrap()
}

/// The account is suspended for a week, from that second on.
fn restriction(second: i64) -> Outcome {
    Outcome::Restrict(Box::new(Measure {
        basis: Basis::Terms { clause: "2.1 Threats".into(), explanation: "A threat.".into(), is_illegal: Some(false) },
        clause: Some(Clause { id: "threats".into(), version: "3".into() }),
        label: Label::of(Category::Threat),
        restrictions: Restrictions {
            account: Some(Account::Suspended),
            account_until: Some(at(second) + TimeDelta::days(7)),
            ..Restrictions::default()
        },
        scope: Scope::States(vec!["DE".parse().unwrap(), "FR".parse().unwrap()]),
        applied_at: at(second),
        facts: "A speaker announced violence.".into(),
    }))
}

fn no_action() -> Outcome {
    Outcome::NoAction { why: "A line of a play.".into() }
}

fn by(name: &str, number: u128, outcome: Outcome) -> NewDecision {
    NewDecision { decision_id: id(number), maker: Maker::Reviewer(reviewer(name)), outcome, token: None }
}

/// A room with a flag for each of those stretches, in seconds of one epoch of thousand; made at second 1000.
async fn flags(database: &Database, stretches: &[(i64, i64, Category)]) -> Vec<FlagId> {
    let store = &database.store;
    let key = open(store, 0).await;
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, 1000 * S, "I will hurt you");
    store_window(store, &lease, &heard, 4).await;
    let found = |&(from, to, category): &(i64, i64, Category)| Finding {
        category,
        ..finding(&key, "threat.hurt", from * S, to * S)
    };
    let findings: Vec<Finding> = stretches.iter().map(found).collect();
    let screen = claim(store, "screen").await.lease;
    let screening = Screening {
        window: heard.id(),
        pack_hash: Some("cc"),
        model_sha256: None,
        findings: &findings,
        next_offset: 1,
    };
    store.store_screening(&screen, &screening, at(1000)).await.unwrap();
    findings.iter().map(Finding::opens).collect()
}

/// A case of one flag.
async fn case(database: &Database) -> CaseId {
    flags(database, &[(0, 4, Category::Threat)]).await;
    let cases = database.store.gather_cases(&room(), TimeDelta::minutes(5), at(1001)).await.unwrap();
    cases[0]
}

/// Anna takes the case, hears the clip, and restricts; decision 10.
async fn decided(database: &Database) -> (CaseId, Decision) {
    let case = case(database).await;
    let store = &database.store;
    store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    store.record_encounter(case, &reviewer("anna"), Seen::Clip, at(1011)).await.unwrap();
    let decision = store.decide_case(case, &by("anna", 10, restriction(1020)), at(1020)).await.unwrap();
    (case, decision)
}

fn decision_id(number: u128) -> DecisionId {
    id(number)
}
