//! Who reads a partition can tell which keys lie in it.

use bus::{Event, partition_of};

use crate::place::{Kept, Place, next, record};

#[tokio::test]
async fn a_record_lies_in_the_partition_that_its_key_names() {
    let place = Place::with_partitions(7).await;
    let producer = place.producer(crate::place::PATIENCE);
    let keys: Vec<String> =
        (0..40).map(|number| "key of some length".chars().cycle().take(number + 1).collect()).collect();
    for (number, key) in (0..).zip(&keys) {
        producer.send(record(key, number)).await.unwrap();
    }
    let consumer = place.consumer(&Kept::default());
    let mut left = keys.len();
    while left > 0 {
        if let Event::Record(record) = next(&consumer).await {
            assert_eq!(partition_of(&record.key.unwrap(), consumer.partitions().await.unwrap()), record.partition);
            left -= 1;
        }
    }
    consumer.close().await;
    place.stop().await;
}
