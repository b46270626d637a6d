//! Records that are gone before they were read are reported, never stepped over.

use bus::{Consumer, Event, Producer, Settings, Subscription};
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
    mocking::MockCluster,
    types::{RDKafkaApiKey, RDKafkaRespErr},
};

use crate::place::{Kept, PATIENCE, Place, TOPIC, next, next_record, number, record};

/// Deletes everything before `first` of partition 0.
async fn delete_before(place: &Place, first: i64) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &place.settings.brokers).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(TOPIC, 0, Offset::Offset(first)).unwrap();
    admin.delete_records(&list, &AdminOptions::new()).await.unwrap();
}

#[tokio::test]
async fn a_stored_position_that_was_deleted_is_reported_before_reading_on() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 20).await;
    delete_before(&place, 12).await;
    let consumer = place.consumer(&Kept::at(0, 5));
    assert_eq!(next(&consumer).await, Event::Assigned { partition: 0, generation: 1, next_offset: Some(5) });
    assert_eq!(next(&consumer).await, Event::Truncated { partition: 0, wanted: 5, first_available: 12 });
    for expected in 12..20 {
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.close().await;
    place.stop().await;
}

#[tokio::test]
async fn records_deleted_under_a_reader_are_reported() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 20).await;
    let consumer = place.consumer(&Kept::default());
    next(&consumer).await;
    for expected in 0..3 {
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.pause(0).unwrap();
    delete_before(&place, 15).await;
    consumer.resume(0).unwrap();
    assert_eq!(next(&consumer).await, Event::Truncated { partition: 0, wanted: 3, first_available: 15 });
    for expected in 15..20 {
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.close().await;
    place.stop().await;
}

#[tokio::test]
async fn a_stored_position_past_the_end_is_reported_and_all_is_read_again() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 4).await;
    let consumer = place.consumer(&Kept::at(0, 9));
    assert_eq!(next(&consumer).await, Event::Assigned { partition: 0, generation: 1, next_offset: Some(9) });
    let rolled_back = Event::RolledBack { partition: 0, wanted: 9, end: 4, first_available: 0 };
    assert_eq!(next(&consumer).await, rolled_back);
    for expected in 0..4 {
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.close().await;
    place.stop().await;
}

/// A broker may say that a position is out of range where it is not, such as a follower that lags behind.
#[tokio::test]
async fn a_position_that_the_broker_calls_out_of_range_is_looked_up() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, 1, 1).unwrap();
    let settings = Settings::new(cluster.bootstrap_servers());
    let producer = Producer::connect(&settings, PATIENCE).unwrap();
    let consumer = Consumer::subscribe(&settings, &Subscription::new(TOPIC, "test"), Kept::default()).unwrap();
    assert!(matches!(next(&consumer).await, Event::Assigned { .. }));
    for expected in 0..20 {
        if expected % 7 == 3 {
            let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
            cluster.request_errors(RDKafkaApiKey::Fetch, &[error]);
        }
        producer.send(record("one", expected)).await.unwrap();
        assert_eq!(number(&next_record(&consumer).await), expected);
    }
    consumer.close().await;
}
