//! The consumer: a member of a group on one topic, whose positions come from outside Kafka.

mod event;
mod positions;
mod rebalances;
mod record;
mod start;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer as _, StreamConsumer},
    error::{KafkaError, RDKafkaErrorCode},
};
use tokio::sync::Mutex;

use self::{
    rebalances::{Change, Rebalances},
    start::Start,
};
use crate::{BusError, Settings, Watermarks, admin, error::is_permanent, outage::Outage};

pub use self::{
    event::Event,
    positions::{BoxError, Claim, Positions},
    record::ReceivedRecord,
};

/// How long to wait before asking a broker again that did not answer.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// What to read, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic.
    pub topic: String,
    /// The group whose members share the topic's partitions.
    pub group: String,
    /// How long the broker may hold an empty answer back: latency against idle CPU.
    pub fetch_wait: Duration,
}

impl Subscription {
    /// With the default wait of 500 ms: 100 would cost an idle embedded broker three times the CPU.
    pub fn new(topic: impl Into<String>, group: impl Into<String>) -> Self {
        Self { topic: topic.into(), group: group.into(), fetch_wait: Duration::from_millis(500) }
    }
}

/// A member of a group. Dropping it leaves the group, which blocks for the broker's answer; see [`Consumer::close`].
pub struct Consumer<P> {
    client: Arc<StreamConsumer<Rebalances>>,
    positions: P,
    topic: String,
    group: String,
    outage: Outage,
    state: Mutex<State>,
}

/// Owned by whoever is inside `recv`.
#[derive(Debug, Default)]
struct State {
    /// Ours to take over, not yet assigned.
    given: Option<Vec<i32>>,
    /// The next offset of each assigned partition.
    next: BTreeMap<i32, i64>,
    /// To be handed out before anything else.
    events: VecDeque<Event>,
}

impl<P: Positions> Consumer<P> {
    /// Joins the group. It connects in the background: a broker that is away is no error.
    ///
    /// # Errors
    /// [`BusError::Client`] when a property is unknown or impossible; [`BusError::Consume`] when the topic's name is.
    pub fn subscribe(settings: &Settings, subscription: &Subscription, positions: P) -> Result<Self, BusError> {
        let fetch_wait = subscription.fetch_wait.as_millis().to_string();
        let config = settings.client(&[
            ("group.id", &subscription.group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            // A position that is gone is an event of ours, never a silent jump.
            ("auto.offset.reset", "error"),
            ("partition.assignment.strategy", "range"),
            ("session.timeout.ms", "6000"),
            ("heartbeat.interval.ms", "1000"),
            ("fetch.wait.max.ms", &fetch_wait),
            // The default of 1 s would stall a reader that is faster than 16 MB a second.
            ("fetch.queue.backoff.ms", "100"),
            ("fetch.max.bytes", "8388608"),
            ("queued.max.messages.kbytes", "16384"),
        ]);
        let client: StreamConsumer<Rebalances> = config
            .create_with_context(Rebalances::default())
            .map_err(|source| BusError::Client { source: source.into() })?;
        let consumer = Self {
            client: Arc::new(client),
            positions,
            topic: subscription.topic.clone(),
            group: subscription.group.clone(),
            outage: Outage::of("consumer"),
            state: Mutex::default(),
        };
        consumer.client.subscribe(&[&consumer.topic]).map_err(|source| consumer.failed(source))?;
        Ok(consumer)
    }

    /// The next event. Waits without limit; a broker that is away is logged once and waited for. Safe to cancel.
    ///
    /// Call it at least every five minutes: the group takes a silent member's partitions away.
    ///
    /// # Errors
    /// [`BusError::Claim`] when the keeper of positions failed: wait a little and call again. [`BusError::Consume`]
    /// when the broker refuses us for good.
    pub async fn recv(&self) -> Result<Event, BusError> {
        let mut state = self.state.lock().await;
        loop {
            for change in self.client.context().take() {
                state.apply(change);
            }
            if let Some(event) = state.events.pop_front() {
                return Ok(event);
            }
            if let Some(partitions) = state.given.clone() {
                self.take_over(&mut state, &partitions).await?;
                continue;
            }
            let received = tokio::select! {
                biased;
                () = self.client.context().changed() => continue,
                received = self.client.recv() => received.map(|message| ReceivedRecord::copied_from(&message)),
            };
            match received {
                Ok(record) => self.accept(&mut state, record).await?,
                Err(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AutoOffsetReset) => {
                    self.find_again(&mut state).await?;
                }
                Err(error @ KafkaError::MessageConsumptionFatal(_)) => return Err(self.failed(error)),
                Err(error) if is_permanent(&error) => return Err(self.failed(error)),
                Err(error) => self.outage.began(&error),
            }
        }
    }

    /// Stops delivery of a partition: back pressure. What was fetched ahead is fetched again on [`Consumer::resume`].
    ///
    /// # Errors
    /// [`BusError::Consume`] when the partition is not assigned.
    pub fn pause(&self, partition: i32) -> Result<(), BusError> {
        self.client.pause(&self.list(&[(partition, Offset::Invalid)])?).map_err(|source| self.failed(source))
    }

    /// Delivers a paused partition again. A new assignment begins unpaused.
    ///
    /// # Errors
    /// [`BusError::Consume`] when the partition is not assigned.
    pub fn resume(&self, partition: i32) -> Result<(), BusError> {
        self.client.resume(&self.list(&[(partition, Offset::Invalid)])?).map_err(|source| self.failed(source))
    }

    /// Tells lag dashboards how far we are. Nothing reads it back, so a failure is only logged.
    pub fn commit_for_dashboards(&self, partition: i32, next_offset: i64) {
        let committed = self
            .list(&[(partition, Offset::Offset(next_offset))])
            .and_then(|list| self.client.commit(&list, CommitMode::Async).map_err(|source| self.failed(source)));
        if let Err(error) = committed {
            tracing::debug!(%error, "an offset for dashboards was not committed");
        }
    }

    /// What a partition of the topic holds, as the broker says now. The answer can be waited for elsewhere.
    ///
    /// # Errors
    /// [`BusError::Watermarks`] when the broker did not answer within 10 s.
    pub fn watermarks(&self, partition: i32) -> impl Future<Output = Result<Watermarks, BusError>> + Send + use<P> {
        let client = Arc::clone(&self.client);
        let topic = self.topic.clone();
        async move {
            let asked = tokio::task::spawn_blocking(move || admin::watermarks(client.client(), &topic, partition));
            asked.await.map_err(|_| BusError::Stopped)?
        }
    }

    /// How many partitions the topic has.
    ///
    /// # Errors
    /// [`BusError::Watermarks`] when the broker did not answer within 10 s.
    pub async fn partitions(&self) -> Result<i32, BusError> {
        let client = Arc::clone(&self.client);
        let topic = self.topic.clone();
        let asked = tokio::task::spawn_blocking(move || admin::partitions(client.client(), &topic));
        asked.await.map_err(|_| BusError::Stopped)?.map(|found| i32::try_from(found.len()).unwrap_or(i32::MAX))
    }

    /// Leaves the group, so that the others need not wait for the session to time out.
    pub async fn close(self) {
        if tokio::task::spawn_blocking(move || drop(self)).await.is_err() {
            tracing::warn!("the consumer was not closed: the runtime is shutting down");
        }
    }

    /// Claims what the group gave us, and only then lets librdkafka fetch.
    async fn take_over(&self, state: &mut State, partitions: &[i32]) -> Result<(), BusError> {
        let mut events = VecDeque::new();
        let mut next = BTreeMap::new();
        for &partition in partitions {
            let claimed = self.positions.claim(&self.topic, partition).await;
            let Claim { generation, next_offset } =
                claimed.map_err(|source| BusError::Claim { topic: self.topic.clone(), partition, source })?;
            let start = Start::decide(next_offset, self.watermarks_for_certain(partition).await?);
            events.push_back(Event::Assigned { partition, generation, next_offset });
            events.extend(start.event(partition, next_offset));
            next.insert(partition, start.offset());
        }
        self.assign(&next)?;
        for &partition in partitions {
            self.resume(partition)?;
        }
        state.given = None;
        state.next = next;
        state.events.extend(events);
        Ok(())
    }

    /// Checks a record against what was expected, and hands it out.
    async fn accept(&self, state: &mut State, record: ReceivedRecord) -> Result<(), BusError> {
        self.outage.ended();
        let partition = record.partition;
        let Some(&expected) = state.next.get(&partition) else { return Ok(()) };
        if record.offset < expected {
            return Ok(());
        }
        // Compaction and other people's transactions leave holes that are no loss; only the broker knows.
        if record.offset > expected && self.watermarks_for_certain(partition).await?.first > expected {
            state.events.push_back(Event::Truncated { partition, wanted: expected, first_available: record.offset });
        }
        state.next.insert(partition, record.offset + 1);
        state.events.push_back(Event::Record(record));
        Ok(())
    }

    /// The broker no longer has a position we stand at: says which, and goes on where it can.
    async fn find_again(&self, state: &mut State) -> Result<(), BusError> {
        let mut next = state.next.clone();
        let mut events = VecDeque::new();
        for (&partition, wanted) in &mut next {
            let start = Start::decide(Some(*wanted), self.watermarks_for_certain(partition).await?);
            events.extend(start.event(partition, Some(*wanted)));
            *wanted = start.offset();
        }
        self.assign(&next)?;
        state.next = next;
        state.events.extend(events);
        Ok(())
    }

    /// The same as [`Consumer::watermarks`], but waits for a broker that is away.
    async fn watermarks_for_certain(&self, partition: i32) -> Result<Watermarks, BusError> {
        loop {
            match self.watermarks(partition).await {
                Err(BusError::Watermarks { source, .. }) if !is_permanent(&source.0) => {
                    self.outage.began(&source.0);
                    tokio::time::sleep(ASK_AGAIN).await;
                }
                answered => return answered,
            }
        }
    }

    fn assign(&self, next: &BTreeMap<i32, i64>) -> Result<(), BusError> {
        let offsets: Vec<_> = next.iter().map(|(&partition, &offset)| (partition, Offset::Offset(offset))).collect();
        self.client.assign(&self.list(&offsets)?).map_err(|source| self.failed(source))
    }

    fn list(&self, partitions: &[(i32, Offset)]) -> Result<TopicPartitionList, BusError> {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for &(partition, offset) in partitions {
            list.add_partition_offset(&self.topic, partition, offset).map_err(|source| self.failed(source))?;
        }
        Ok(list)
    }
}

impl<P> Consumer<P> {
    fn failed(&self, source: KafkaError) -> BusError {
        BusError::Consume { topic: self.topic.clone(), group: self.group.clone(), source: source.into() }
    }
}

impl<P> Drop for Consumer<P> {
    fn drop(&mut self) {
        self.client.context().close();
        // librdkafka would wait for ever for the answer to an assignment that nobody took over.
        if let Err(error) = self.client.assign(&TopicPartitionList::new()) {
            tracing::debug!(%error, "cannot give up the assignment");
        }
    }
}

impl State {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Given(partitions) => self.given = Some(partitions),
            Change::Taken(partitions) => {
                self.given = None;
                for partition in partitions {
                    // One that was given but never assigned is not announced, so it is not revoked either.
                    if self.next.remove(&partition).is_some() {
                        self.events.push_back(Event::Revoked { partition });
                    }
                }
            }
        }
    }
}
