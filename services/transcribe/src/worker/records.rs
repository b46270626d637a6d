//! Taking events of the topic: partitions that come and go, records that come, or are lost.

use bus::{Event, ReceivedRecord};
use domain::{AudioRecord, CoverageReason};
use store::{DeadLetter, EpochEnd, Lease};
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
            }
            Event::Revoked { partition } => drop(self.partitions.remove(&partition)),
            Event::Truncated { partition, wanted, first_available } => {
                tracing::error!(partition, wanted, first_available, "the topic lost records before they were read");
                if let Some(work) = self.partitions.get_mut(&partition) {
                    work.truncated = true;
                    let epochs = work.epochs.values_mut();
                    epochs.for_each(|epoch| epoch.windower.expect_missing(CoverageReason::RetentionExpired));
                }
            }
            Event::RolledBack { partition, wanted, end, .. } => {
                tracing::error!(partition, wanted, end, "the topic ends before the stored position: another broker?");
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
                earlier.end(EpochEnd::Superseded);
            }
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
        let Some(partition) = self.partitions.get_mut(&received.partition) else { return Ok(false) };
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
        let before = self.store.words_before(key, state.next_first, TAIL).await?;
        let tail: Vec<_> = before.words.into_iter().map(|context| context.word).collect();
        let mut work = EpochWork::resume(record, received.partition, &state, &tail, &self.settings);
        if partition.truncated {
            work.windower.expect_missing(CoverageReason::RetentionExpired);
        }
        partition.epochs.insert(key.clone(), work);
        Ok(true)
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
