//! What the log lost is told, every epoch comes to an end, and what is sent afterwards is heard.

use std::time::Duration;

use domain::{CoverageReason, CoverageState, StreamTime};
use store::EpochEnd;
use wire::topic;

use crate::place::{Place, S, now};

/// The broker deletes what is too old once a minute.
#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_whose_records_were_deleted_unread_ends_as_lost() {
    let place = Place::with_retention(1).await;
    let service = place.serve().await;
    let gone = place.open("gone").await;
    place.send(&gone, 0, 2).await;
    place.until("two seconds come", &gone, |state| state.seen_end.samples() == 2 * S).await;
    service.end().await;
    place.send(&gone, 2, 5).await;
    place.end(&gone, 5).await;
    place.store.close_epoch(&gone, Some(5 * S), EpochEnd::Ended, now(), now()).await.unwrap();
    place.until_deleted().await;

    let service = place.serve().await;
    place.until("it ends", &gone, |state| state.finished).await;
    let account = place.account("gone").await;
    // The last window may not have been stored before its records were deleted.
    let (first, end, state, reason) = *account.last().unwrap();
    assert!(first <= 2 * S, "{account:?}");
    assert_eq!((end, state, reason), (5 * S, CoverageState::Lost, Some(CoverageReason::RetentionExpired)));
    let next = place.open("gone").await;
    place.send(&next, 0, 2).await;
    place.end(&next, 2).await;
    place.until("the next is heard", &next, |state| state.finished).await;
    assert_eq!(place.dead_letters().await, 0);
    service.end().await;
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_tail_loses_no_sound_that_is_sent_afterwards() {
    let place = Place::new().await;
    // Of a log of three records nothing is left, among them two seconds of an epoch that nobody ended.
    let gone = place.open("gone").await;
    place.store.note_seen(&gone, StreamTime::from_samples(2 * S)).await.unwrap();
    let claim = place.store.claim_partition("transcribe", topic::AUDIO, 0, "before", now()).await.unwrap();
    place.store.advance_partition(&claim.lease, 3, now()).await.unwrap();

    let service = place.serve().await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    service.end().await;
    let key = place.open("stage").await;
    place.send(&key, 0, 4).await;
    place.end(&key, 4).await;
    let service = place.serve().await;
    place.until("it is heard", &key, |state| state.finished).await;
    assert_eq!(place.account("stage").await, [(0, 4 * S, CoverageState::Silence, None)]);
    let state = place.until("the one before ends", &gone, |state| state.finished).await;
    assert_eq!(state.closed, Some((EpochEnd::Idle, Some(2 * S))));
    let lost = (0, 2 * S, CoverageState::Lost, Some(CoverageReason::SequenceJump));
    assert_eq!(place.account("gone").await, [lost]);
    assert_eq!(place.dead_letters().await, 0);
    service.end().await;
    place.close().await;
}
