//! The loop: take records, hear windows, store them in order, keep the position true.

mod records;
mod storing;
mod upkeep;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bus::{BusError, Consumer, Subscription, Watermarks};
use domain::EpochKey;
use speech::Recogniser;
use store::{Store, StoreError};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use wire::topic;

use crate::{
    epoch::{EpochWork, Stage},
    hear::{self, Draft},
    partition::PartitionWork,
    positions::StoredPositions,
    settings::Settings,
};

/// How often idle epochs, positions and pauses are looked after.
const TICK: Duration = Duration::from_millis(500);
/// How long what is being heard may still take when the service stops.
const DRAIN: Duration = Duration::from_secs(45);
/// A window that was begun more often than this and never stored brings everything down; recognisers die alone.
const MAX_ATTEMPTS: u32 = 10;
/// What ends the service, or makes it start over.
#[derive(Debug, thiserror::Error)]
pub enum TranscribeError {
    /// The topic cannot be read.
    #[error("the audio topic cannot be read")]
    Bus(#[from] BusError),
    /// The database refuses.
    #[error("a window cannot be stored")]
    Store(#[from] StoreError),
    /// A record that we are about to send has no form.
    #[error("a window cannot be announced")]
    Wire(#[from] wire::WireError),
}

/// What the service works with.
pub struct Tools<'a> {
    /// Where the chunks are.
    pub bus: &'a bus::Settings,
    /// Where the windows go.
    pub store: Store,
    /// Who hears them.
    pub recogniser: Arc<Recogniser>,
}

/// Runs until `stop`; what is being heard then is stored first (45 s at most).
///
/// A database or a broker that is away is waited for. Losing a partition drops its work, which its new owner redoes.
///
/// # Errors
/// [`TranscribeError`] that waiting does not cure.
pub async fn run(tools: Tools<'_>, settings: Settings, stop: CancellationToken) -> Result<(), TranscribeError> {
    let settings = Arc::new(settings);
    loop {
        let positions = StoredPositions {
            store: tools.store.clone(),
            group: settings.group.clone(),
            owner: settings.owner.clone(),
            clock: settings.clock,
        };
        let subscription = Subscription::new(topic::AUDIO, settings.group.as_str());
        let mut worker = Worker {
            consumer: Consumer::subscribe(tools.bus, &subscription, positions)?,
            store: tools.store.clone(),
            recogniser: Arc::clone(&tools.recogniser),
            settings: Arc::clone(&settings),
            partitions: BTreeMap::new(),
            hearings: JoinSet::new(),
            last_number: 0,
            questions: JoinSet::new(),
        };
        match worker.work(&stop).await {
            Ok(()) => {
                worker.consumer.close().await;
                return Ok(());
            }
            Err(error) if starts_over(&error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "transcription starts over from the stored position"
                );
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

struct Worker {
    consumer: Consumer<StoredPositions>,
    store: Store,
    recogniser: Arc<Recogniser>,
    settings: Arc<Settings>,
    partitions: BTreeMap<i32, PartitionWork>,
    hearings: JoinSet<(i32, EpochKey, u64, Draft)>,
    last_number: u64,
    /// Where the logs end, of the partitions and generations of their claims.
    questions: JoinSet<(i32, i64, Result<Watermarks, BusError>)>,
}

impl Worker {
    async fn work(&mut self, stop: &CancellationToken) -> Result<(), TranscribeError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            self.start_hearings().await?;
            tokio::select! {
                () = stop.cancelled() => break,
                event = self.consumer.recv() => self.take(event?).await?,
                Some(heard) = self.hearings.join_next() => self.heard(heard).await?,
                Some(answered) = self.questions.join_next() => self.answered(answered),
                _ = tick.tick() => self.look_after().await?,
            }
        }
        // A drain that runs out of time loses nothing: what is not stored is read again.
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(heard) = self.hearings.join_next().await {
                self.heard(heard).await?;
            }
            Ok::<_, TranscribeError>(())
        });
        drained.await.unwrap_or(Ok(()))
    }

    /// Gives free recognisers the windows that arrived first.
    async fn start_hearings(&mut self) -> Result<(), TranscribeError> {
        while self.hearings.len() < self.recogniser.children() {
            let epochs = self.partitions.values().flat_map(|partition| partition.epochs.values());
            let oldest =
                epochs.filter_map(|epoch| epoch.oldest_waiting().map(|(arrived, index)| (arrived, epoch, index)));
            let Some((_, epoch, index)) = oldest.min_by_key(|(arrived, ..)| *arrived) else { return Ok(()) };
            let (partition, key) = (epoch.partition, epoch.key.clone());
            self.start_hearing(partition, &key, index).await?;
        }
        Ok(())
    }

    async fn start_hearing(&mut self, partition: i32, key: &EpochKey, index: usize) -> Result<(), TranscribeError> {
        self.last_number += 1;
        let number = self.last_number;
        let Some(work) = self.partitions.get_mut(&partition) else { return Ok(()) };
        let lease = work.lease.clone();
        let Some(epoch) = work.epochs.get_mut(key) else { return Ok(()) };
        let pending = &mut epoch.windows[index];
        pending.stage = Stage::Hearing(number);
        let window = Arc::clone(&pending.window);
        // The count belongs to the window that is stored next: one that brings the service down comes to be that one.
        let counted = index == 0 && !window.pcm.is_empty();
        let attempts = if counted { self.store.begin_attempt(&lease, key, window.range.first()).await? } else { 0 };
        let (recogniser, settings, key) = (Arc::clone(&self.recogniser), Arc::clone(&self.settings), key.clone());
        self.hearings.spawn(async move {
            let draft = if window.pcm.is_empty() {
                hear::declared(&window.masks)
            } else if attempts > MAX_ATTEMPTS {
                Draft::crashed(&window)
            } else {
                hear::hear(&recogniser, &settings, &window).await
            };
            (partition, key, number, draft)
        });
        Ok(())
    }

    async fn heard(&mut self, heard: Result<(i32, EpochKey, u64, Draft), JoinError>) -> Result<(), TranscribeError> {
        let (partition, key, number, draft) = match heard {
            Ok(heard) => heard,
            Err(error) => {
                // Unreachable without a bug in `hear`. Its window stays unstored and is heard again after a restart.
                tracing::error!(error = &error as &dyn std::error::Error, "a hearing ended without an answer");
                return Ok(());
            }
        };
        if let Some(work) = self.partitions.get_mut(&partition)
            && let Some(epoch) = work.epochs.get_mut(&key)
        {
            epoch.heard(number, draft);
        }
        self.store_heard(partition).await
    }

    /// Stores what was heard, in order, and finishes epochs that are complete.
    async fn store_heard(&mut self, number: i32) -> Result<(), TranscribeError> {
        let Some(partition) = self.partitions.get_mut(&number) else { return Ok(()) };
        let keys: Vec<EpochKey> = partition.epochs.keys().cloned().collect();
        for key in keys {
            while let Some((window, draft)) = partition.epochs.get_mut(&key).and_then(EpochWork::take_heard) {
                storing::store_window(&self.store, &self.settings, partition, &key, &window, draft).await?;
            }
            if partition.epochs.get(&key).is_some_and(EpochWork::is_complete) {
                storing::finish(&self.store, &self.settings, partition, &key).await?;
            }
        }
        Ok(())
    }
}

/// Whether reading again from the stored position cures it: database or broker were away, or somebody else stored
/// meanwhile.
fn starts_over(error: &TranscribeError) -> bool {
    match error {
        TranscribeError::Bus(error) => error.is_transient(),
        TranscribeError::Store(error) => {
            error.is_transient()
                || matches!(
                    error,
                    StoreError::LeaseLost { .. } | StoreError::OutOfPlace { .. } | StoreError::Finished { .. }
                )
        }
        TranscribeError::Wire(_) => false,
    }
}
