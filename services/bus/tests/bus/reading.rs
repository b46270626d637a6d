//! A reader goes where it is told, joins no group, and sees the end of the log.

use bus::Reader;
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions},
    client::DefaultClientContext,
};

use crate::place::{PATIENCE, Place, TOPIC, number};

async fn offset(reader: &Reader) -> Option<i64> {
    let next = tokio::time::timeout(PATIENCE, reader.next()).await.expect("an answer in time").unwrap();
    next.map(|record| {
        assert_eq!(i64::from(number(&record)), record.offset);
        record.offset
    })
}

#[tokio::test]
async fn a_reader_goes_where_it_is_told_and_sees_the_end() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 20).await;
    let reader = Reader::open(&place.settings, TOPIC, 0).unwrap();
    for from in [17, 3, 19, 0] {
        reader.seek(from).unwrap();
        assert_eq!(offset(&reader).await, Some(from));
    }
    reader.seek(18).unwrap();
    assert_eq!([offset(&reader).await, offset(&reader).await, offset(&reader).await], [Some(18), Some(19), None]);
    // What comes after the end was seen is still read.
    place.fill("one", 20, 21).await;
    assert_eq!(offset(&reader).await, Some(20));
    let held = reader.watermarks().await.unwrap();
    assert_eq!((held.first, held.end), (0, 21));
    drop(reader);
    place.stop().await;
}

#[tokio::test]
async fn what_is_gone_is_stepped_over_in_the_open() {
    let place = Place::with_partitions(1).await;
    place.fill("one", 0, 20).await;
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &place.settings.brokers).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(TOPIC, 0, Offset::Offset(12)).unwrap();
    admin.delete_records(&list, &AdminOptions::new()).await.unwrap();
    let reader = Reader::open(&place.settings, TOPIC, 0).unwrap();
    reader.seek(5).unwrap();
    assert_eq!(offset(&reader).await, Some(12));
    drop(reader);
    place.stop().await;
}
