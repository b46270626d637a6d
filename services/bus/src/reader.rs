//! Reading one partition from any offset, beside all groups: for those who come back for a few records.

use std::{sync::Arc, time::Duration};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{Consumer as _, ConsumerContext, StreamConsumer},
    error::KafkaError,
};

use crate::{
    BusError, ReceivedRecord, Settings, Watermarks, admin,
    error::is_permanent,
    outage::{Logged, Outage},
};

/// How long a broker may stay silent before a read counts as failed.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// librdkafka wants a group even of one who joins none; nothing is ever committed in its name.
const NO_GROUP: &str = "earwitness-reader";

/// Reads one partition of a topic, from where it is told. It joins no group and leaves no position behind.
pub struct Reader {
    client: Arc<StreamConsumer<Logged>>,
    topic: String,
    partition: i32,
}

impl ConsumerContext for Logged {}

impl Reader {
    /// Makes the client. It connects in the background: a broker that is away shows with the first question.
    ///
    /// # Errors
    /// [`BusError::Client`] when a property is unknown or impossible.
    pub fn open(settings: &Settings, topic: &str, partition: i32) -> Result<Self, BusError> {
        let config = settings.client(&[
            ("group.id", NO_GROUP),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            // What is gone is stepped over: the caller sees it by the offset of the record that comes.
            ("auto.offset.reset", "earliest"),
            ("enable.partition.eof", "true"),
            ("fetch.wait.max.ms", "100"),
            // A search looks at single records in many places: fetching much ahead would be thrown away.
            ("fetch.message.max.bytes", "262144"),
            ("queued.max.messages.kbytes", "4096"),
            ("fetch.queue.backoff.ms", "100"),
        ]);
        let client = config
            .create_with_context(Logged { outage: Arc::new(Outage::of("reader")) })
            .map_err(|source| BusError::Client { source: source.into() })?;
        Ok(Self { client: Arc::new(client), topic: topic.to_owned(), partition })
    }

    /// The partition that it reads.
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// What the partition holds now.
    ///
    /// # Errors
    /// [`BusError::Watermarks`] when the broker did not answer within 10 s.
    pub async fn watermarks(&self) -> Result<Watermarks, BusError> {
        let (client, topic, partition) = (Arc::clone(&self.client), self.topic.clone(), self.partition);
        let asked = tokio::task::spawn_blocking(move || admin::watermarks(client.client(), &topic, partition));
        asked.await.map_err(|_| BusError::Stopped)?
    }

    /// Goes on with the record at `offset`, or with the oldest one if that is gone.
    ///
    /// # Errors
    /// [`BusError::Consume`] when the topic's name is impossible.
    pub fn seek(&self, offset: i64) -> Result<(), BusError> {
        let mut list = TopicPartitionList::with_capacity(1);
        let added = list.add_partition_offset(&self.topic, self.partition, Offset::Offset(offset));
        added.and_then(|()| self.client.assign(&list)).map_err(|source| self.failed(source))
    }

    /// The next record; none at the end of the log.
    ///
    /// # Errors
    /// [`BusError::Consume`], transient where the broker did not answer within 30 s.
    pub async fn next(&self) -> Result<Option<ReceivedRecord>, BusError> {
        let mut last = KafkaError::MessageConsumption(rdkafka::error::RDKafkaErrorCode::RequestTimedOut);
        let deadline = tokio::time::Instant::now() + ANSWER_TIMEOUT;
        loop {
            let Ok(received) = tokio::time::timeout_at(deadline, self.client.recv()).await else {
                return Err(self.failed(last));
            };
            match received {
                Ok(message) => return Ok(Some(ReceivedRecord::copied_from(&message))),
                Err(KafkaError::PartitionEOF(_)) => return Ok(None),
                Err(error) if is_permanent(&error) => return Err(self.failed(error)),
                Err(error) => last = error,
            }
        }
    }

    fn failed(&self, source: KafkaError) -> BusError {
        BusError::Consume { topic: self.topic.clone(), group: NO_GROUP.to_owned(), source: source.into() }
    }
}
