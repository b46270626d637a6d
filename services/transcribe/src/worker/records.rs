//! Taking events of the topic: partitions that come and go, records that come, or are lost.

use bus::{Event, ReceivedRecord};
use domain::{AudioRecord, CoverageReason, EpochKey, StreamTime};
use store::{DeadLetter, EpochEnd, EpochState, Lease};
use wire::topic;

use super::{TranscribeError, Worker};
use crate::{epoch::EpochWork, partition::PartitionWork};

/// How far before the open window the words of the one before are looked for: 5 s.
const TAIL: i64 = 80_000;

impl Worker {
    pub(super) async fn take(&mut self, event: Event) -> Result<(), TranscribeError> {
        match event {
            Event::Assigned { partition, generation, next_offset } => {
                tracing::debug!(partition, generation, next_offset, "partition taken over");
                let group = self.settings.group.clone();
                let lease = Lease { group, topic: topic::AUDIO.to_owned(), partition, generation };
                self.partitions.insert(partition, PartitionWork::new(lease, next_offset));
                self.expect_epochs(partition).await?;
            }
            Event::Revoked { partition } => drop(self.partitions.remove(&partition)),
            Event::Truncated { partition, wanted, first_available } => {
                tracing::error!(partition, wanted, first_available, "the topic lost records before they were read");
                if let Some(work) = self.partitions.get_mut(&partition) {
                    work.truncate(first_available);
                }
            }
            Event::RolledBack { partition, wanted, end, first_available } => {
                tracing::error!(
                    partition,
                    wanted,
                    end,
                    first_available,
                    "the topic ends before the stored position; it is read again from its first record on"
                );
                if let Some(work) = self.partitions.get_mut(&partition) {
                    self.store.rewind_partition(&work.lease, first_available, (self.settings.clock)()).await?;
                    work.read_again_from(first_available);
                }
            }
            Event::Record(record) => self.take_record(&record).await?,
        }
        Ok(())
    }

    async fn take_record(&mut self, received: &ReceivedRecord) -> Result<(), TranscribeError> {
        let Some(partition) = self.partitions.get_mut(&received.partition) else { return Ok(()) };
        let payload = received.payload.as_deref().unwrap_or_default();
        let decoded = match wire::decode_audio(&received.headers, payload) {
            Ok(decoded) => decoded,
            Err(error) => {
                partition.next = received.offset + 1;
                return self.keep_dead_letter(received, &error).await;
            }
        };
        if let Some(damage) = &decoded.damage {
            self.keep_dead_letter(received, damage).await?;
        }
        let record = decoded.record;
        if self.find_epoch(received, &record).await? {
            let Some(partition) = self.partitions.get_mut(&received.partition) else { return Ok(()) };
            for earlier in partition.superseded_by(&record.key) {
                self.end_unsaid(received.partition, &earlier, EpochEnd::Superseded).await?;
            }
            let Some(partition) = self.partitions.get_mut(&received.partition) else { return Ok(()) };
            if let Some(epoch) = partition.epochs.get_mut(&record.key) {
                epoch.push(&record, received.offset);
            }
        }
        if let Some(partition) = self.partitions.get_mut(&received.partition) {
            partition.next = received.offset + 1;
        }
        self.store_heard(received.partition).await
    }

    /// Makes sure that the epoch's work is there; false where there is none to do (finished, or never opened).
    async fn find_epoch(&mut self, received: &ReceivedRecord, record: &AudioRecord) -> Result<bool, TranscribeError> {
        let (key, end) = (&record.key, record.end());
        let Some(partition) = self.partitions.get(&received.partition) else { return Ok(false) };
        if partition.epochs.contains_key(key) {
            return Ok(true);
        }
        let Some(state) = self.store.epoch_state(key).await? else {
            self.keep_dead_letter(received, &NotOpened).await?;
            return Ok(false);
        };
        if state.finished {
            if end > state.next_first {
                self.keep_dead_letter(received, &TooLate).await?;
            }
            return Ok(false);
        }
        self.take_up((key, &record.language), received.partition, &state).await?;
        Ok(true)
    }

    /// Takes up the epochs that must still come to an end, whether or not the log holds a record of them: where it lost
    /// them, nothing else would tell of the epoch.
    async fn expect_epochs(&mut self, number: i32) -> Result<(), TranscribeError> {
        let expected = self.store.expected_epochs().await?;
        if expected.is_empty() {
            return Ok(());
        }
        let partitions = self.consumer.partitions().await?;
        for (key, state) in expected {
            if bus::partition_of(key.stream_id().to_string().as_bytes(), partitions) == number {
                self.take_up((&key, &state.language), number, &state).await?;
            }
        }
        Ok(())
    }

    async fn take_up(
        &mut self,
        (key, language): (&EpochKey, &str),
        number: i32,
        state: &EpochState,
    ) -> Result<(), TranscribeError> {
        let before = self.store.words_before(key, state.next_first, TAIL).await?;
        let tail: Vec<_> = before.words.into_iter().map(|context| context.word).collect();
        let Some(partition) = self.partitions.get_mut(&number) else { return Ok(()) };
        let mut work = EpochWork::resume((key, language), number, state, &tail, &self.settings);
        if partition.truncated {
            work.windower.expect_missing(CoverageReason::RetentionExpired);
        }
        partition.epochs.insert(key.clone(), work);
        Ok(())
    }

    /// Ends an epoch without a record that says so. What is known to have been sent of it and did not come is lost.
    pub(super) async fn end_unsaid(
        &mut self,
        number: i32,
        key: &EpochKey,
        how: EpochEnd,
    ) -> Result<(), TranscribeError> {
        let sent = self.store.epoch_state(key).await?.map_or(StreamTime::ZERO, |state| {
            let said = state.closed.and_then(|(_, samples)| samples).unwrap_or(0);
            state.seen_end.max(StreamTime::from_samples(said))
        });
        let epoch = self.partitions.get_mut(&number).and_then(|partition| partition.epochs.get_mut(key));
        if let Some(epoch) = epoch {
            epoch.end(how, sent);
        }
        Ok(())
    }

    async fn keep_dead_letter(
        &self,
        received: &ReceivedRecord,
        why: &(dyn std::error::Error + Sync),
    ) -> Result<(), TranscribeError> {
        let Some(partition) = self.partitions.get(&received.partition) else { return Ok(()) };
        tracing::warn!(error = %why, partition = received.partition, offset = received.offset, "record kept as dead letter");
        let letter = DeadLetter {
            offset: received.offset,
            why: why.to_string(),
            key: received.key.clone(),
            headers: received.headers.clone(),
            payload: received.payload.clone(),
        };
        self.store.keep_dead_letter(&partition.lease, &letter, (self.settings.clock)()).await?;
        Ok(())
    }
}

/// A record of an epoch that no ingest opened.
#[derive(Debug, thiserror::Error)]
#[error("no ingest has opened this epoch")]
struct NotOpened;

/// A record of an epoch that is closed and stored to its end.
#[derive(Debug, thiserror::Error)]
#[error("the epoch was closed before this sound came")]
struct TooLate;
