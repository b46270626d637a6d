//! Topics: making them, and how far each partition reaches.

use std::{sync::Arc, time::Duration};

use rdkafka::{
    ClientContext,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::Client,
    error::{KafkaError, RDKafkaErrorCode},
    metadata::MetadataPartition,
};

use crate::{
    BusError, Settings,
    outage::{Logged, Outage},
};

/// How long the broker may take for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A topic to create. The number of partitions cannot be changed later by every broker: choose it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// How many partitions, at least 1.
    pub partitions: i32,
    /// How long a record is kept, in milliseconds from the record's own timestamp; -1 is for ever.
    pub retention_ms: i64,
    /// Keep the newest record of each key, whatever its age.
    pub compact: bool,
}

/// What a partition holds at this moment: the offsets `[first, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermarks {
    /// The partition.
    pub partition: i32,
    /// The oldest record that is still there.
    pub first: i64,
    /// Where the next record will go.
    pub end: i64,
}

/// Questions to the broker about topics.
pub struct Admin {
    client: Arc<AdminClient<Logged>>,
}

impl Admin {
    /// Makes the client. It connects in the background: a broker that is away is no error.
    ///
    /// # Errors
    /// [`BusError::Client`] when a property is unknown or impossible.
    pub fn connect(settings: &Settings) -> Result<Self, BusError> {
        let context = Logged { outage: Arc::new(Outage::of("admin")) };
        let client = settings
            .client(&[])
            .create_with_context(context)
            .map_err(|source| BusError::Client { source: source.into() })?;
        Ok(Self { client: Arc::new(client) })
    }

    /// Creates `topics`; one that exists is left as it is. Replicated as the broker does by default.
    ///
    /// # Errors
    /// [`BusError::CreateTopic`], transient when the broker did not answer in time.
    pub async fn create_topics(&self, topics: &[Topic]) -> Result<(), BusError> {
        for topic in topics {
            let failed =
                |source: KafkaError| BusError::CreateTopic { topic: topic.name.clone(), source: source.into() };
            let retention = topic.retention_ms.to_string();
            let policy = if topic.compact { "compact" } else { "delete" };
            let new = NewTopic::new(&topic.name, topic.partitions, TopicReplication::Fixed(-1))
                .set("retention.ms", &retention)
                .set("cleanup.policy", policy);
            let options =
                AdminOptions::new().request_timeout(Some(ANSWER_TIMEOUT)).operation_timeout(Some(ANSWER_TIMEOUT));
            for outcome in self.client.create_topics([&new], &options).await.map_err(failed)? {
                match outcome {
                    Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                    Err((_, code)) => return Err(failed(KafkaError::AdminOp(code))),
                }
            }
        }
        Ok(())
    }

    /// What each partition of `topic` holds, in order of partitions.
    ///
    /// # Errors
    /// [`BusError::UnknownTopic`], or [`BusError::Watermarks`] when the broker did not answer within 10 s.
    pub async fn watermarks(&self, topic: &str) -> Result<Vec<Watermarks>, BusError> {
        let client = Arc::clone(&self.client);
        let topic = topic.to_owned();
        let asked = tokio::task::spawn_blocking(move || {
            let client = client.inner();
            partitions(client, &topic)?.into_iter().map(|partition| watermarks(client, &topic, partition)).collect()
        });
        asked.await.map_err(|_| BusError::Stopped)?
    }
}

/// The partitions of `topic`. Asks for all topics: to ask for one by name would create it.
pub(crate) fn partitions<C: ClientContext>(client: &Client<C>, topic: &str) -> Result<Vec<i32>, BusError> {
    let metadata = client
        .fetch_metadata(None, ANSWER_TIMEOUT)
        .map_err(|source| BusError::Watermarks { topic: topic.to_owned(), source: source.into() })?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    let mut partitions: Vec<i32> = match found {
        Some(found) if !found.partitions().is_empty() => found.partitions().iter().map(MetadataPartition::id).collect(),
        Some(_) | None => return Err(BusError::UnknownTopic { topic: topic.to_owned() }),
    };
    partitions.sort_unstable();
    Ok(partitions)
}

/// What one partition holds. Blocks until the broker answers.
pub(crate) fn watermarks<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    partition: i32,
) -> Result<Watermarks, BusError> {
    let (first, end) = client
        .fetch_watermarks(topic, partition, ANSWER_TIMEOUT)
        .map_err(|source| BusError::Watermarks { topic: topic.to_owned(), source: source.into() })?;
    Ok(Watermarks { partition, first, end })
}
