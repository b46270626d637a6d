//! Membership: who gets which partition, from where, and in what order it is told.

use std::{
    collections::BTreeSet,
    future::{Future, poll_fn},
    task::Poll,
    time::{Duration, Instant},
};

use bus::{BusError, Consumer, Event, Topic};
use nix::sys::signal::Signal;

use crate::place::{Kept, PATIENCE, Place, TOPIC, next, next_record, number};

#[tokio::test]
async fn reading_starts_where_the_keeper_of_positions_says() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 20).await;
    let first = place.consumer(&Kept::default());
    next(&first).await;
    assert_eq!(number(&next_record(&first).await), 0);
    first.commit_for_dashboards(0, 15);
    first.close().await;

    let second = place.consumer(&Kept::at(0, 7));
    assert_eq!(next(&second).await, Event::Assigned { partition: 0, generation: 1, next_offset: Some(7) });
    for expected in 7..20 {
        assert_eq!(number(&next_record(&second).await), expected);
    }
    second.close().await;
    place.stop().await;
}

#[tokio::test]
async fn a_claim_that_fails_is_asked_again() {
    let place = Place::with_partitions(2).await;
    place.fill("one", 0, 1).await;
    let kept = Kept::default();
    *kept.failures.lock().unwrap() = 2;
    let consumer = place.consumer(&kept);
    for _ in 0..2 {
        let refused = tokio::time::timeout(PATIENCE, consumer.recv()).await.unwrap().unwrap_err();
        assert!(matches!(refused, BusError::Claim { partition: 0, .. }) && refused.is_transient(), "{refused}");
    }
    assert_eq!(next(&consumer).await, Event::Assigned { partition: 0, generation: 1, next_offset: None });
    assert_eq!(next(&consumer).await, Event::Assigned { partition: 1, generation: 1, next_offset: None });
    assert_eq!(number(&next_record(&consumer).await), 0);
    consumer.close().await;
    place.stop().await;
}

#[tokio::test]
async fn a_member_that_never_took_its_assignment_over_can_leave() {
    let place = Place::with_partitions(1).await;
    let kept = Kept::default();
    *kept.failures.lock().unwrap() = 1000;
    let consumer = place.consumer(&kept);
    tokio::time::timeout(PATIENCE, consumer.recv()).await.unwrap().unwrap_err();
    tokio::time::timeout(PATIENCE, consumer.close()).await.expect("close hangs");
    place.stop().await;
}

/// Members of one group and what each owns, by what it was told.
#[derive(Default)]
struct Members {
    kept: Kept,
    all: Vec<(Consumer<Kept>, BTreeSet<i32>)>,
}

impl Members {
    fn join(&mut self, place: &Place) {
        self.all.push((place.consumer(&self.kept), BTreeSet::new()));
    }

    /// The next event of any member, and which; none when all are quiet.
    async fn next(&self) -> Option<(usize, Event)> {
        let mut waiting: Vec<_> = self.all.iter().map(|(member, _)| Box::pin(member.recv())).collect();
        let any = poll_fn(|context| {
            for (member, event) in waiting.iter_mut().enumerate() {
                if let Poll::Ready(event) = event.as_mut().poll(context) {
                    return Poll::Ready((member, event.unwrap()));
                }
            }
            Poll::Pending
        });
        tokio::time::timeout(Duration::from_secs(2), any).await.ok()
    }

    /// Takes events until all is quiet and each member owns `wanted` partitions, none of them twice.
    async fn settle(&mut self, wanted: usize) {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            match self.next().await {
                None if self.all.iter().all(|(_, owned)| owned.len() == wanted) => {
                    let owned: BTreeSet<_> = self.all.iter().flat_map(|(_, owned)| owned).collect();
                    assert_eq!(owned.len(), wanted * self.all.len(), "a partition is owned twice");
                    return;
                }
                None => {}
                Some((member, event)) => self.told(member, event),
            }
        }
        panic!("they do not share: {:?}", self.all.iter().map(|(_, owned)| owned).collect::<Vec<_>>());
    }

    fn told(&mut self, member: usize, event: Event) {
        let owned = &mut self.all[member].1;
        match event {
            Event::Assigned { partition, .. } => assert!(owned.insert(partition)),
            Event::Revoked { partition } => assert!(owned.remove(&partition)),
            Event::Record(record) => {
                assert!(owned.contains(&record.partition), "a record of a partition that is not ours");
                assert!(record.offset <= self.kept.next(record.partition), "a record was left out");
                self.kept.move_to(&record);
            }
            other @ (Event::Truncated { .. } | Event::RolledBack { .. }) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn two_members_share_the_partitions_and_one_takes_all_back() {
    let place = Place::with_partitions(4).await;
    for key in ["a", "b", "c", "d", "e", "f"] {
        place.fill(key, 0, 10).await;
    }
    let mut members = Members::default();
    members.join(&place);
    members.settle(4).await;
    let read = |kept: &Kept| (0..4).map(|partition| kept.next(partition)).sum::<i64>();
    assert_eq!(read(&members.kept), 60);

    members.join(&place);
    place.fill("a", 10, 20).await;
    members.settle(2).await;
    assert_eq!(read(&members.kept), 70);

    let (first, _) = members.all.remove(0);
    first.close().await;
    members.settle(4).await;
    assert!(members.kept.generations.lock().unwrap().values().all(|&generation| generation >= 3));
    members.all.remove(0).0.close().await;
    place.stop().await;
}

#[tokio::test]
async fn a_paused_partition_is_silent_and_goes_on_where_it_was() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 20).await;
    let consumer = place.consumer(&Kept::default());
    next(&consumer).await;
    for expected in 0..5 {
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.pause(0).unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(1), consumer.recv()).await.is_err(), "a paused record came");
    consumer.resume(0).unwrap();
    for expected in 5..20 {
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.close().await;
    place.stop().await;
}

#[tokio::test]
async fn a_reader_rides_over_a_killed_broker_and_sees_every_record_once() {
    let place = Place::with_partitions(1).await;
    let kept = Kept::default();
    let consumer = place.consumer(&kept);
    for round in 0..3 {
        let end = (round + 1) * 50;
        place.fill("one", round * 50, end).await;
        if round > 0 {
            place.signal(Signal::SIGKILL);
        }
        while kept.next(0) < i64::from(end) {
            // It may lose its membership and get it back: the positions are kept, so nothing comes twice.
            if let Event::Record(record) = next(&consumer).await {
                assert_eq!(i64::from(number(&record)), kept.next(0));
                kept.move_to(&record);
            }
        }
    }
    consumer.close().await;
    place.stop().await;
}

#[tokio::test]
async fn a_topic_that_exists_is_left_alone_and_an_unknown_one_is_named() {
    let place = Place::with_partitions(3).await;
    let again = Topic { name: TOPIC.into(), partitions: 5, retention_ms: 1000, compact: true };
    place.admin.create_topics(&[again]).await.unwrap();
    place.fill("one", 0, 4).await;
    let held = place.admin.watermarks(TOPIC).await.unwrap();
    assert_eq!(held.iter().map(|held| held.partition).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(held.iter().map(|held| held.end - held.first).sum::<i64>(), 4);
    let unknown = place.admin.watermarks("no.such.topic").await.unwrap_err();
    assert!(matches!(unknown, BusError::UnknownTopic { .. }), "{unknown}");
    let unknown = place.admin.watermarks("no.such.topic").await.unwrap_err();
    assert!(matches!(unknown, BusError::UnknownTopic { .. }), "asking made the topic: {unknown}");
    place.stop().await;
}
