//! The loop: take records, hear windows, store them in order, keep the position true.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bus::{BusError, Consumer, Event, ReceivedRecord, Subscription};
use domain::{AudioRecord, CoverageReason, EpochKey};
use speech::Recogniser;
use store::{DeadLetter, EpochEnd, FinishedEpoch, Lease, NewWindow, OutboxRecord, Store, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wire::topic;

use crate::{
    epoch::{EpochWork, Stage, last_words},
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
/// How far before the open window the words of the one before are looked for: 5 s.
const TAIL: i64 = 80_000;

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
        };
        match worker.work(&stop).await {
            Ok(()) => {
                worker.consumer.close().await;
                return Ok(());
            }
            Err(TranscribeError::Store(error)) if starts_over(&error) => {
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

    async fn take(&mut self, event: Event) -> Result<(), TranscribeError> {
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

    async fn heard(
        &mut self,
        heard: Result<(i32, EpochKey, u64, Draft), tokio::task::JoinError>,
    ) -> Result<(), TranscribeError> {
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
                store_window(&self.store, &self.settings, partition, &key, &window, draft).await?;
            }
            if partition.epochs.get(&key).is_some_and(EpochWork::is_complete) {
                finish(&self.store, &self.settings, partition, &key).await?;
            }
        }
        Ok(())
    }

    /// Closes idle epochs, notes how far streams were seen, moves positions, pauses and resumes partitions.
    async fn look_after(&mut self) -> Result<(), TranscribeError> {
        let (high, low) = (self.settings.backlog_seconds * 16_000, self.settings.backlog_seconds * 4_000);
        let numbers: Vec<i32> = self.partitions.keys().copied().collect();
        for number in numbers {
            let Some(partition) = self.partitions.get_mut(&number) else { continue };
            for epoch in partition.epochs.values_mut() {
                if epoch.end.is_none() && epoch.last_arrival.elapsed() >= self.settings.idle && !partition.paused {
                    epoch.end(EpochEnd::Idle);
                }
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
            let backlog = partition.backlog();
            if !partition.paused && backlog > high {
                self.consumer.pause(number)?;
                partition.paused = true;
            } else if partition.paused && backlog < low {
                self.consumer.resume(number)?;
                partition.paused = false;
            }
            self.store_heard(number).await?;
        }
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

async fn store_window(
    store: &Store,
    settings: &Settings,
    partition: &mut PartitionWork,
    key: &EpochKey,
    window: &timeline::ClosedWindow,
    draft: Draft,
) -> Result<(), TranscribeError> {
    let Some(epoch) = partition.epochs.get_mut(key) else { return Ok(()) };
    let heard = draft.into_window(key, window, &epoch.tail);
    let (began_at, ended_at) = (epoch.wall(heard.range.first()), epoch.wall(heard.range.end()));
    let words: Vec<_> = heard.words().cloned().collect();
    epoch.tail = last_words(&words);
    epoch.windower.stored(window.range.end(), window.seam_after);
    let now = (settings.clock)();
    let announce = OutboxRecord { topic: topic::WINDOW.to_owned(), record: wire::encode_window(&heard, now)? };
    let next_offset = partition.position();
    let new = NewWindow { heard: &heard, began_at, ended_at, next_offset, announce };
    // Boxed: the transaction's future is large, and would make every future around it so.
    Box::pin(store.store_window(&partition.lease, new, now)).await?;
    partition.stored = partition.stored.max(next_offset);
    Ok(())
}

async fn finish(
    store: &Store,
    settings: &Settings,
    partition: &mut PartitionWork,
    key: &EpochKey,
) -> Result<(), TranscribeError> {
    let Some(epoch) = partition.epochs.remove(key) else { return Ok(()) };
    let samples = epoch.windower.seen_end();
    let how = epoch.end.map_or(EpochEnd::Idle, |(how, _)| how);
    let next_offset = partition.position();
    let finished = FinishedEpoch { key, samples, how, ended_at: epoch.wall(samples), next_offset, announce: None };
    Box::pin(store.finish_epoch(&partition.lease, finished, (settings.clock)())).await?;
    partition.stored = partition.stored.max(next_offset);
    tracing::info!(room.id = %key.room, stream.name = %key.stream, epoch = %key.epoch, samples = samples.samples(), "epoch finished");
    Ok(())
}

/// Whether reading again from the stored position cures it: the database was away, or somebody else stored meanwhile.
fn starts_over(error: &StoreError) -> bool {
    error.is_transient()
        || matches!(error, StoreError::LeaseLost { .. } | StoreError::OutOfPlace { .. } | StoreError::Finished { .. })
}
