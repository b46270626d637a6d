//! What was acknowledged is in the log, once and in order, whatever happens to the broker.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use bus::{Admin, Consumer, Delivery, Event, Producer, Record, Settings, Subscription};
use nix::sys::signal::Signal;

use crate::place::{Kept, PATIENCE, Place, TOPIC, next, next_record, number, record};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_arrives_as_it_was_sent() {
    let place = Place::with_partitions(3).await;
    let producer = place.producer(PATIENCE);
    let headers = vec![("ce_id".into(), b"1".to_vec()), ("binary".into(), vec![0, 255, 10]), ("empty".into(), vec![])];
    let full = Record {
        topic: TOPIC.into(),
        key: vec![0xff, 0, 1],
        timestamp_ms: 1_790_000_000_123,
        headers,
        payload: Some(vec![7; 60_000]),
    };
    let tombstone = Record { headers: vec![], payload: None, ..full.clone() };
    let empty = Record { headers: vec![], payload: Some(vec![]), ..full.clone() };
    for record in [&full, &tombstone, &empty] {
        producer.send(record.clone()).await.unwrap();
    }
    producer.flush(PATIENCE).await.unwrap();

    let consumer = place.consumer(&Kept::default());
    for _ in 0..3 {
        assert!(matches!(next(&consumer).await, Event::Assigned { generation: 1, next_offset: None, .. }));
    }
    for sent in [full, tombstone, empty] {
        let received = next_record(&consumer).await;
        assert_eq!(received.key, Some(sent.key));
        assert_eq!(received.timestamp_ms, Some(sent.timestamp_ms));
        assert_eq!(received.headers, sent.headers);
        assert_eq!(received.payload, sent.payload);
    }
    consumer.close().await;
    place.stop().await;
}

/// What a caller did.
struct Sent {
    /// Records `0..count` of one key were acknowledged.
    count: u32,
    /// So many of them had to be sent again.
    again: u32,
}

/// Sends records of one key with many under way, and sends again as the producer's rule says, until `trouble` is over.
async fn send_during(producer: &Producer, trouble: impl Future<Output = ()>) -> Sent {
    let (mut count, mut again) = (0, 0);
    let mut waiting: VecDeque<Record> = VecDeque::new();
    let mut under_way: VecDeque<(Record, Delivery)> = VecDeque::new();
    let is_over = AtomicBool::new(false);
    let sending = async {
        while !is_over.load(Relaxed) || !waiting.is_empty() || !under_way.is_empty() {
            while under_way.len() < 64 && (!waiting.is_empty() || !is_over.load(Relaxed)) {
                let record = waiting.pop_front().unwrap_or_else(|| {
                    count += 1;
                    record("one", count - 1)
                });
                match producer.enqueue(record.clone()).await {
                    Ok(delivery) => under_way.push_back((record, delivery)),
                    Err(error) => {
                        assert!(error.is_transient(), "{error}");
                        waiting.push_front(record);
                        break;
                    }
                }
            }
            let Some((record, delivery)) = under_way.pop_front() else { continue };
            let Err(error) = delivery.await else { continue };
            assert!(error.is_transient(), "{error}");
            let mut failed = VecDeque::from([record]);
            for (record, delivery) in under_way.drain(..) {
                assert!(delivery.await.is_err(), "record {} overtook a failed one", record.timestamp_ms);
                failed.push_back(record);
            }
            again += u32::try_from(failed.len()).unwrap();
            failed.append(&mut waiting);
            waiting = failed;
        }
    };
    let trouble = async {
        trouble.await;
        is_over.store(true, Relaxed);
    };
    tokio::join!(sending, trouble);
    Sent { count, again }
}

/// Reads records `0..count`, dropping repeats; returns how many there were.
async fn read_all(place: &Place, count: u32) -> u32 {
    let kept = Kept::default();
    let consumer = place.consumer(&kept);
    let (mut expected, mut repeats) = (0, 0);
    while expected < count {
        if let Event::Record(record) = next(&consumer).await {
            let found = number(&record);
            assert!(found <= expected, "record {expected} is missing before {found}");
            if found == expected {
                expected += 1;
            } else {
                repeats += 1;
            }
            kept.move_to(&record);
        }
    }
    consumer.close().await;
    repeats
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_loses_and_doubles_nothing() {
    let place = Place::with_partitions(1).await;
    let producer = place.producer(PATIENCE);
    let sent = send_during(&producer, async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(700)).await;
            place.signal(Signal::SIGKILL);
        }
    });
    let sent = sent.await;
    assert_eq!(sent.again, 0, "librdkafka itself rides over a restart");
    assert_eq!(read_all(&place, sent.count).await, 0);
    place.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_sent_again_keeps_its_place_in_the_order() {
    let place = Place::with_partitions(1).await;
    let producer = place.producer(Duration::from_millis(1500));
    let sent = send_during(&producer, async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            place.signal(Signal::SIGSTOP);
            tokio::time::sleep(Duration::from_secs(4)).await;
            place.signal(Signal::SIGCONT);
        }
    });
    let sent = sent.await;
    assert!(sent.again > 0, "nothing ever timed out: the test shows nothing");
    let repeats = read_all(&place, sent.count).await;
    assert!(repeats <= sent.again, "{repeats} repeats of {} sent again", sent.again);
    place.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_waited_for_in_order() {
    let mut place = Place::with_partitions(1).await;
    place.settings.extra.insert("queue.buffering.max.messages".into(), "10".into());
    let producer = place.producer(PATIENCE);
    let sent = send_during(&producer, tokio::time::sleep(Duration::from_millis(500))).await;
    assert_eq!(read_all(&place, sent.count).await, 0);
    place.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_everything_ends_and_says_that_trying_again_may_help() {
    let settings = Settings::new("127.0.0.1:1");
    let began = Instant::now();
    let producer = Producer::connect(&settings, Duration::from_secs(1)).unwrap();
    assert!(producer.send(record("one", 0)).await.unwrap_err().is_transient());
    let admin = Admin::connect(&settings).unwrap();
    assert!(admin.watermarks(TOPIC).await.unwrap_err().is_transient());
    let consumer = Consumer::subscribe(&settings, &Subscription::new(TOPIC, "test"), Kept::default()).unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(1), consumer.recv()).await.is_err());
    consumer.close().await;
    drop(producer);
    assert!(began.elapsed() < PATIENCE / 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_wrong_setting_is_refused_at_once() {
    let mut settings = Settings::new("127.0.0.1:1");
    settings.extra.insert("no.such.property".into(), "1".into());
    let refused = Producer::connect(&settings, PATIENCE).unwrap_err();
    assert!(!refused.is_transient());
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(cause.contains("no.such.property"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_too_large_is_refused_and_the_next_goes_through() {
    let place = Place::with_partitions(1).await;
    let producer = place.producer(PATIENCE);
    let too_large = Record { payload: Some(vec![0; 3_000_000]), ..record("one", 0) };
    assert!(!producer.send(too_large).await.unwrap_err().is_transient());
    producer.send(record("one", 0)).await.unwrap();
    assert_eq!(read_all(&place, 1).await, 0);
    place.stop().await;
}
