//! Sends the records of one stream in order, many on the way at once, and counts as durable what the broker keeps.

use std::collections::VecDeque;

use bus::{BusError, Delivery, Producer, Record};
use domain::{AudioRecord, StreamTime};
use wire::{KafkaRecord, topic};

use crate::run::Clock;

/// Records on the way at once: about as many seconds of sound.
const IN_FLIGHT: usize = 64;

/// The sender of one epoch.
pub(crate) struct Sender<'a> {
    producer: &'a Producer,
    clock: Clock,
    in_flight: VecDeque<(AudioRecord, Delivery)>,
    /// Everything before it is kept by the broker.
    durable: StreamTime,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(producer: &'a Producer, clock: Clock) -> Self {
        Self { producer, clock, in_flight: VecDeque::new(), durable: StreamTime::ZERO }
    }

    /// The sample after the last one that the broker keeps.
    pub(crate) fn durable(&self) -> StreamTime {
        self.durable
    }

    /// Queues `record`; waits while too much is on the way.
    pub(crate) async fn send(&mut self, record: AudioRecord) -> Result<(), BusError> {
        while self.in_flight.len() >= IN_FLIGHT {
            self.confirm_oldest().await?;
        }
        let delivery =
            self.producer.enqueue(kafka_record(topic::AUDIO, wire::encode_audio(&record, (self.clock)()))).await?;
        self.in_flight.push_back((record, delivery));
        Ok(())
    }

    /// Waits until all is durable.
    pub(crate) async fn flush(&mut self) -> Result<(), BusError> {
        while !self.in_flight.is_empty() {
            self.confirm_oldest().await?;
        }
        Ok(())
    }

    async fn confirm_oldest(&mut self) -> Result<(), BusError> {
        let Some((record, delivery)) = self.in_flight.pop_front() else { return Ok(()) };
        match delivery.await {
            Ok(()) => self.durable = record.end(),
            Err(error) if error.is_transient() => {
                tracing::warn!(error = &error as &dyn std::error::Error, "sound is sent again");
                self.send_again(record).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// All that is on the way has failed or will: waits for it, then sends what failed in the old order.
    async fn send_again(&mut self, first: AudioRecord) -> Result<(), BusError> {
        let mut failed = vec![first];
        for (record, delivery) in std::mem::take(&mut self.in_flight) {
            if delivery.await.is_err() {
                failed.push(record);
            }
        }
        for record in failed {
            let delivery =
                self.producer.enqueue(kafka_record(topic::AUDIO, wire::encode_audio(&record, (self.clock)()))).await?;
            self.in_flight.push_back((record, delivery));
        }
        Ok(())
    }
}

/// A record for `topic` as the client library takes it.
pub(crate) fn kafka_record(topic: &str, record: KafkaRecord) -> Record {
    Record {
        topic: topic.to_owned(),
        key: record.key.into_bytes(),
        timestamp_ms: record.timestamp_ms,
        headers: record.headers,
        payload: Some(record.payload),
    }
}
