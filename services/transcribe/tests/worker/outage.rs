//! Silence on the wire ends an epoch; a broker that is away does not.

use domain::CoverageState;
use nix::sys::signal::Signal;
use store::EpochEnd;

use crate::place::{IDLE, Place, S};

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_for_longer_than_the_idle_time_ends_no_epoch() {
    let place = Place::new().await;
    let service = place.serve().await;
    let key = place.open("stage").await;
    place.send(&key, 0, 3).await;
    place.until("three seconds come", &key, |state| state.seen_end.samples() == 3 * S).await;
    place.signal_broker(Signal::SIGSTOP);
    tokio::time::sleep(IDLE * 3).await;
    place.signal_broker(Signal::SIGCONT);
    tokio::time::sleep(IDLE / 3).await;
    place.send(&key, 3, 5).await;
    place.end(&key, 5).await;
    let state = place.until("the epoch ends", &key, |state| state.finished).await;
    assert_eq!(state.closed, Some((EpochEnd::Ended, Some(5 * S))));
    assert_eq!(place.dead_letters().await, 0);
    assert_eq!(place.account("stage").await, [(0, 5 * S, CoverageState::Silence, None)]);
    service.end().await;
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_that_falls_silent_ends_while_another_of_its_partition_goes_on() {
    let place = Place::new().await;
    let service = place.serve().await;
    let (gone, alive) = (place.open("gone").await, place.open("alive").await);
    place.send(&gone, 0, 2).await;
    let mut second = 0;
    let ended = place.until("the silent one ends", &gone, |state| state.finished);
    tokio::pin!(ended);
    let ended = loop {
        place.send(&alive, second, second + 1).await;
        second += 1;
        let pause = tokio::time::sleep(std::time::Duration::from_millis(500));
        tokio::select! {
            state = &mut ended => break state,
            () = pause => {}
        }
    };
    assert_eq!(ended.closed, Some((EpochEnd::Idle, Some(2 * S))));
    place.end(&alive, second).await;
    let state = place.until("the other ends", &alive, |state| state.finished).await;
    assert_eq!(state.closed, Some((EpochEnd::Ended, Some(second * S))));
    assert_eq!(place.dead_letters().await, 0);
    service.end().await;
    place.close().await;
}
