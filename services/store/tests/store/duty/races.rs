//! Two who reach for the same thing at once: one gets it, the other is told.

use domain::{Object, Seen};
use store::DutyError;

use super::{LEASE, by, case, no_action, restriction, reviewer};
use crate::{cluster::Database, fixture::at};

#[tokio::test]
async fn of_many_who_claim_a_case_at_once_one_has_it() {
    let database = Database::new().await;
    let case = case(&database).await;
    let names: Vec<_> = (0..8).map(|number| reviewer(&format!("r{number}"))).collect();
    let claims = names.iter().map(|name| database.store.claim_case(case, name, LEASE, at(1010)));
    let results = futures_util::future::join_all(claims).await;
    let won: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    for result in &results {
        let told = matches!(result, Ok(_) | Err(DutyError::WithAnother { .. } | DutyError::Raced { .. }));
        assert!(told, "{result:?}");
    }
    let file = database.store.case(case).await.unwrap();
    assert_eq!(file.case.claimed_by(), Some(&won[0].reviewer));
    assert_eq!(file.claim.as_ref(), Some(won[0]));
    assert_eq!(file.case.history().entries().len(), 1);
}

#[tokio::test]
async fn of_two_decisions_at_once_one_stands() {
    let database = Database::new().await;
    let case = case(&database).await;
    let store = &database.store;
    store.claim_case(case, &reviewer("anna"), LEASE, at(1010)).await.unwrap();
    store.record_encounter(case, &reviewer("anna"), Seen::Clip, at(1011)).await.unwrap();
    let (one, other) = (by("anna", 10, restriction(1020)), by("anna", 11, no_action()));
    let (one, other) = tokio::join!(store.decide_case(case, &one, at(1020)), store.decide_case(case, &other, at(1020)));
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    assert_eq!(database.value::<i64>("select count(*) from decision").await, 1);
    assert_eq!(database.value::<i64>("select count(*) from case_step").await, 2);
}
