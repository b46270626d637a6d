//! The producer: order per key is kept, through a broker's restart and through failures.
//!
//! librdkafka retries for ever (`message.timeout.ms = 0`), so that no record fails alone while a later one of the same
//! key is delivered. The limit on waiting is ours: when the oldest record has waited too long, or one fails for good,
//! the whole client is retired, everything it still holds fails in one go, and the next record goes through a fresh
//! client. What the log then holds is a prefix of what was sent.
//!
//! So the rule for a caller: when a delivery fails, wait for all outstanding deliveries of that key, then send every
//! failed record again in the old order. Readers see the order unbroken, with a stretch repeated at most; they drop
//! repeats by the record's own sequence.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use rdkafka::{
    ClientConfig,
    error::{KafkaError, RDKafkaErrorCode},
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord, Producer as _, PurgeConfig, future_producer::DeliveryFuture},
};

use crate::{
    BusError, Settings,
    outage::{Logged, Outage},
    partitioner::PARTITIONER,
};

/// How long to wait before asking again whether the full send queue has room.
const QUEUE_FULL_WAIT: Duration = Duration::from_millis(20);

/// A record to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The topic.
    pub topic: String,
    /// Records of one key share a partition, and so an order.
    pub key: Vec<u8>,
    /// Milliseconds since 1970-01-01 UTC. Retention goes by this time.
    pub timestamp_ms: i64,
    /// Names and values, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body; none is a tombstone in a compacted topic.
    pub payload: Option<Vec<u8>>,
}

/// Sends records. Cheap to share behind an `Arc`; dropping it drops what is not yet acknowledged, so flush first.
#[derive(Debug)]
pub struct Producer {
    config: ClientConfig,
    delivery_timeout: Duration,
    outage: Arc<Outage>,
    /// Held while a record enters the queue, so that waiting for room lets nobody overtake.
    turn: tokio::sync::Mutex<()>,
    current: Mutex<Arc<Client>>,
}

/// One librdkafka producer. Retired for good at its first failed delivery.
struct Client {
    inner: FutureProducer<Logged>,
    retired: AtomicBool,
    outage: Arc<Outage>,
}

impl Producer {
    /// Makes the client. It connects in the background: a broker that is away is no error.
    ///
    /// `delivery_timeout` limits how long a record may wait for its acknowledgement.
    ///
    /// # Errors
    /// [`BusError::Client`] when a property is unknown or impossible.
    pub fn connect(settings: &Settings, delivery_timeout: Duration) -> Result<Self, BusError> {
        let mut config = settings.client(&[
            ("enable.idempotence", "true"),
            ("acks", "all"),
            // A failed batch may not be stepped over.
            ("enable.gapless.guarantee", "true"),
            ("message.timeout.ms", "0"),
            ("linger.ms", "5"),
            ("queue.buffering.max.kbytes", "65536"),
        ]);
        config.set("partitioner", PARTITIONER);
        let outage = Arc::new(Outage::of("producer"));
        let current = Mutex::new(Arc::new(Client::new(&config, &outage)?));
        Ok(Self { config, delivery_timeout, outage, turn: tokio::sync::Mutex::new(()), current })
    }

    /// Sends `record` and waits for its acknowledgement. Calls enter the queue in the order of their first poll.
    ///
    /// # Errors
    /// [`BusError::Send`]; when transient, the module's rule says how to send again.
    pub async fn send(&self, record: Record) -> Result<(), BusError> {
        self.enqueue(record).await?.await
    }

    /// Puts `record` into the queue, waiting for room, and hands back the promise of its acknowledgement: hold several
    /// to keep the wire busy.
    ///
    /// # Errors
    /// [`BusError::Send`] when the record is refused at once, or when there was no room for the whole delivery timeout.
    pub async fn enqueue(&self, record: Record) -> Result<Delivery, BusError> {
        let _turn = self.turn.lock().await;
        let deadline = tokio::time::Instant::now() + self.delivery_timeout;
        loop {
            let client = self.current()?;
            let refused = match client.inner.send_result(outgoing(&record)) {
                Ok(acknowledged) => return Ok(Delivery::new(client, acknowledged, record.topic, deadline)),
                Err((refused, _)) => refused,
            };
            let is_full = refused.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
            if client.inner.client().fatal_error().is_some() {
                client.retire();
            } else if is_full && tokio::time::Instant::now() < deadline {
                tokio::time::sleep(QUEUE_FULL_WAIT).await;
            } else {
                if is_full {
                    client.retire();
                }
                return Err(BusError::Send { topic: record.topic, source: refused.into() });
            }
        }
    }

    /// Waits until everything queued so far is acknowledged.
    ///
    /// # Errors
    /// [`BusError::Flush`] when `timeout` was not enough.
    pub async fn flush(&self, timeout: Duration) -> Result<(), BusError> {
        let client = self.current()?;
        let flushed = tokio::task::spawn_blocking(move || client.inner.flush(timeout)).await;
        flushed.map_err(|_| BusError::Stopped)?.map_err(|source| BusError::Flush { source: source.into() })
    }

    /// The client in use; a fresh one when the last was retired.
    fn current(&self) -> Result<Arc<Client>, BusError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.retired.load(Ordering::Acquire) {
            *current = Arc::new(Client::new(&self.config, &self.outage)?);
        }
        Ok(Arc::clone(&current))
    }
}

impl Client {
    fn new(config: &ClientConfig, outage: &Arc<Outage>) -> Result<Self, BusError> {
        let context = Logged { outage: Arc::clone(outage) };
        let inner = config.create_with_context(context).map_err(|source| BusError::Client { source: source.into() })?;
        Ok(Self { inner, retired: AtomicBool::new(false), outage: Arc::clone(outage) })
    }

    /// Lets everything unacknowledged fail now. Without waiting: a broker thread may hang in a connection.
    fn retire(&self) {
        if !self.retired.swap(true, Ordering::AcqRel) {
            self.inner.purge(PurgeConfig::default().queue().inflight().non_blocking());
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("retired", &self.retired).finish_non_exhaustive()
    }
}

/// The promise of a record's acknowledgement. Dropping it takes nothing back.
#[must_use = "a record counts as sent once this says so"]
pub struct Delivery {
    done: Pin<Box<dyn Future<Output = Result<(), BusError>> + Send>>,
}

impl Delivery {
    fn new(client: Arc<Client>, acknowledged: DeliveryFuture, topic: String, deadline: tokio::time::Instant) -> Self {
        let done = async move {
            let mut acknowledged = acknowledged;
            let in_time = tokio::time::timeout_at(deadline, &mut acknowledged).await;
            let is_late = in_time.is_err();
            let outcome = if let Ok(outcome) = in_time {
                outcome
            } else {
                client.retire();
                acknowledged.await
            };
            let source = match outcome {
                // Its partition and offset are not handed on: after a retried batch they can be wrong.
                Ok(Ok(_delivery)) => {
                    client.outage.ended();
                    return Ok(());
                }
                Ok(Err((source, _message))) if !is_late => source,
                Ok(Err(_)) | Err(_) => KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut),
            };
            client.retire();
            Err(BusError::Send { topic, source: source.into() })
        };
        Self { done: Box::pin(done) }
    }
}

impl Future for Delivery {
    type Output = Result<(), BusError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.done.as_mut().poll(context)
    }
}

fn outgoing(record: &Record) -> FutureRecord<'_, [u8], [u8]> {
    let mut headers = OwnedHeaders::new_with_capacity(record.headers.len());
    for (name, value) in &record.headers {
        headers = headers.insert(Header { key: name, value: Some(value) });
    }
    FutureRecord {
        topic: &record.topic,
        partition: None,
        payload: record.payload.as_deref(),
        key: Some(&record.key),
        timestamp: Some(record.timestamp_ms),
        headers: Some(headers),
    }
}
