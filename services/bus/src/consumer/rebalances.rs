//! What librdkafka's group membership tells, put into a queue for the consumer.
//!
//! An assignment is *not* taken up in the callback: librdkafka pauses everything until `assign` is called, and waits.
//! So the consumer can ask the database for positions as an ordinary async call, then assign with offsets, and no
//! record is fetched before they are known. A revocation is answered at once: from then on nothing is delivered.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use rdkafka::{
    ClientContext, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer as _, ConsumerContext},
    error::{KafkaError, KafkaResult},
    topic_partition_list::TopicPartitionListElem,
    types::RDKafkaRespErr,
};
use tokio::sync::Notify;

use crate::outage;

/// A change of membership, in the order in which librdkafka told it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// These partitions are ours once they are assigned with offsets.
    Given(Vec<i32>),
    /// These are no longer ours.
    Taken(Vec<i32>),
}

/// The context of a consumer.
#[derive(Default)]
pub(crate) struct Rebalances {
    changes: Mutex<Vec<Change>>,
    changed: Notify,
    closing: AtomicBool,
}

impl Rebalances {
    /// The changes since the last call.
    pub(crate) fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns when there may be changes.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// From now on nobody takes changes: every assignment is answered with none.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    fn tell(&self, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        self.changed.notify_one();
    }
}

impl ClientContext for Rebalances {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        outage::log(level, facility, message);
    }

    /// The same error comes through `recv` as well, where it is handled.
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, "{reason}");
    }
}

impl ConsumerContext for Rebalances {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, error: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let partitions: Vec<i32> = list.elements().iter().map(TopicPartitionListElem::partition).collect();
        let is_given = error == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if is_given && !self.closing.load(Ordering::Acquire) {
            self.tell(Change::Given(partitions));
            return;
        }
        // An empty list and no list are two answers: the first is to an assignment, the second to a revocation.
        let answered = if is_given { consumer.assign(&TopicPartitionList::new()) } else { consumer.unassign() };
        if let Err(error) = answered {
            tracing::warn!(%error, "cannot give up revoked partitions");
        }
        self.tell(Change::Taken(partitions));
    }

    fn commit_callback(&self, result: KafkaResult<()>, _offsets: &TopicPartitionList) {
        if let Err(error) = result {
            tracing::debug!(%error, "an offset for dashboards was not committed");
        }
    }
}
