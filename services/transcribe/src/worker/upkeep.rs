//! What is looked after while time goes by.

use std::time::Instant;

use bus::{BusError, Watermarks};
use domain::EpochKey;
use store::EpochEnd;
use tokio::task::JoinError;

use super::{TranscribeError, Worker};
use crate::epoch::EpochWork;

impl Worker {
    /// Closes idle epochs, notes how far streams were seen, moves positions, pauses and resumes partitions.
    pub(super) async fn look_after(&mut self) -> Result<(), TranscribeError> {
        let numbers: Vec<i32> = self.partitions.keys().copied().collect();
        for number in numbers {
            self.end_silent_epochs(number).await?;
            self.ask_for_log_end(number);
            self.note_progress(number).await?;
            self.keep_backlog_bounded(number)?;
            self.store_heard(number).await?;
        }
        Ok(())
    }

    async fn end_silent_epochs(&mut self, number: i32) -> Result<(), TranscribeError> {
        let Some(partition) = self.partitions.get_mut(&number) else { return Ok(()) };
        let Some(whole) = partition.log_end.read_to(partition.next) else { return Ok(()) };
        let idle = self.settings.idle;
        let open = partition.epochs.values_mut().filter(|epoch| epoch.end.is_none());
        let silent: Vec<EpochKey> =
            open.filter_map(|epoch| (epoch.silent_for(whole) >= idle).then(|| epoch.key.clone())).collect();
        for key in silent {
            self.end_unsaid(number, &key, EpochEnd::Idle).await?;
        }
        Ok(())
    }

    fn ask_for_log_end(&mut self, number: i32) {
        let Some(partition) = self.partitions.get_mut(&number) else { return };
        let now = Instant::now();
        if partition.log_end.is_due(now) && partition.epochs.values().any(EpochWork::seems_silent) {
            partition.log_end.asks(now);
            let (generation, answer) = (partition.lease.generation, self.consumer.watermarks(number));
            self.questions.spawn(async move { (number, generation, answer.await) });
        }
    }

    /// The broker said where the log of a partition ends, or did not.
    pub(super) fn answered(&mut self, answered: Result<(i32, i64, Result<Watermarks, BusError>), JoinError>) {
        // A question without an answer is a bug, and only keeps silent epochs of its partition open.
        let Ok((number, generation, answer)) = answered else { return };
        let partition = self.partitions.get_mut(&number).filter(|partition| partition.lease.generation == generation);
        if let Some(partition) = partition {
            partition.log_end.answered(answer.ok().map(|held| held.end));
        }
    }

    async fn note_progress(&mut self, number: i32) -> Result<(), TranscribeError> {
        let Some(partition) = self.partitions.get_mut(&number) else { return Ok(()) };
        for epoch in partition.epochs.values_mut() {
            let seen = epoch.windower.seen_end();
            if seen > epoch.noted {
                self.store.note_seen(&epoch.key, seen).await?;
                epoch.noted = seen;
            }
        }
        let position = partition.position();
        if position > partition.stored {
            let now = (self.settings.clock)();
            partition.stored = self.store.advance_partition(&partition.lease, position, now).await?;
            self.consumer.commit_for_dashboards(number, partition.stored);
        }
        Ok(())
    }

    fn keep_backlog_bounded(&mut self, number: i32) -> Result<(), TranscribeError> {
        let (high, low) = (self.settings.backlog_seconds * 16_000, self.settings.backlog_seconds * 4_000);
        let Some(partition) = self.partitions.get_mut(&number) else { return Ok(()) };
        let backlog = partition.backlog();
        if !partition.paused && backlog > high {
            self.consumer.pause(number)?;
            partition.paused = true;
        } else if partition.paused && backlog < low {
            self.consumer.resume(number)?;
            partition.paused = false;
        }
        Ok(())
    }
}
