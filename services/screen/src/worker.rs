//! The loop: take a window, screen it, store what was found with the position.

use std::{collections::BTreeMap, time::Duration};

use bus::{BoxError, BusError, Claim, Consumer, Event, Positions, ReceivedRecord, Subscription};
use chrono::{DateTime, TimeDelta, Utc};
use store::{DeadLetter, Lease, Screening, Store, StoreError};
use tokio_util::sync::CancellationToken;
use wire::topic;

use crate::{
    findings::{FindError, find},
    settings::{Screener, Settings},
};

/// What ends the service, or makes it start over.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// The topic cannot be read.
    #[error("the topic of windows cannot be read")]
    Bus(#[from] BusError),
    /// The database refuses.
    #[error("what was found cannot be stored")]
    Store(#[from] StoreError),
    /// Rules or classifier fail.
    #[error("a window cannot be screened")]
    Find(#[from] FindError),
    /// The task that screens ended without an answer: a bug.
    #[error("the screening of a window ended without an answer")]
    Task(#[from] tokio::task::JoinError),
}

/// What the service works with.
pub struct Tools<'a> {
    /// Where the windows are announced.
    pub bus: &'a bus::Settings,
    /// Where words are, and flags go.
    pub store: Store,
    /// Rules and classifier.
    pub screener: Screener,
}

/// Runs until `stop`. A database or a broker that is away is waited for.
///
/// # Errors
/// [`ScreenError`] that waiting does not cure.
pub async fn run(tools: Tools<'_>, settings: Settings, stop: CancellationToken) -> Result<(), ScreenError> {
    loop {
        let positions = StoredPositions { store: tools.store.clone(), settings: settings.clone() };
        let subscription = Subscription::new(topic::WINDOW, settings.group.as_str());
        let mut worker = Worker {
            consumer: Consumer::subscribe(tools.bus, &subscription, positions)?,
            store: tools.store.clone(),
            screener: tools.screener.clone(),
            settings: settings.clone(),
            leases: BTreeMap::new(),
            announced_at: None,
        };
        match worker.work(&stop).await {
            Ok(()) => {
                worker.consumer.close().await;
                return Ok(());
            }
            Err(error) if starts_over(&error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "screening starts over from the stored position"
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

/// Whether reading again from the stored position cures it: database or broker were away, or the partition moved.
fn starts_over(error: &ScreenError) -> bool {
    match error {
        ScreenError::Bus(error) => error.is_transient(),
        ScreenError::Store(error) => error.is_transient() || matches!(error, StoreError::LeaseLost { .. }),
        ScreenError::Find(_) | ScreenError::Task(_) => false,
    }
}

/// The database keeps the positions: claiming a partition fences whoever had it.
struct StoredPositions {
    store: Store,
    settings: Settings,
}

impl Positions for StoredPositions {
    async fn claim(&self, topic: &str, partition: i32) -> Result<Claim, BoxError> {
        let Settings { group, owner, clock, .. } = &self.settings;
        let claimed = self.store.claim_partition(group, topic, partition, owner, clock()).await?;
        Ok(Claim { generation: claimed.lease.generation, next_offset: claimed.next_offset })
    }
}

struct Worker {
    consumer: Consumer<StoredPositions>,
    store: Store,
    screener: Screener,
    settings: Settings,
    leases: BTreeMap<i32, Lease>,
    /// When windows were last announced again: all partitions tend to lose records at once.
    announced_at: Option<DateTime<Utc>>,
}

impl Worker {
    async fn work(&mut self, stop: &CancellationToken) -> Result<(), ScreenError> {
        loop {
            let event = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                event = self.consumer.recv() => event?,
            };
            match event {
                Event::Assigned { partition, generation, .. } => {
                    let group = self.settings.group.clone();
                    let lease = Lease { group, topic: topic::WINDOW.to_owned(), partition, generation };
                    self.leases.insert(partition, lease);
                }
                Event::Revoked { partition } => drop(self.leases.remove(&partition)),
                Event::Truncated { partition, wanted, first_available } => {
                    tracing::error!(
                        partition,
                        wanted,
                        first_available,
                        "the topic lost windows before they were screened"
                    );
                    self.announce_again().await?;
                }
                Event::RolledBack { partition, wanted, end, first_available } => {
                    tracing::error!(
                        partition,
                        wanted,
                        end,
                        first_available,
                        "the topic ends before the stored position; it is read again from its first record on"
                    );
                    if let Some(lease) = self.leases.get(&partition) {
                        self.store.rewind_partition(lease, first_available, (self.settings.clock)()).await?;
                    }
                    self.announce_again().await?;
                }
                Event::Record(record) => self.take(&record).await?,
            }
        }
    }

    /// The database knows the windows that the topic lost.
    async fn announce_again(&mut self) -> Result<(), ScreenError> {
        let now = (self.settings.clock)();
        if self.announced_at.is_some_and(|last| now - last < TimeDelta::minutes(1)) {
            return Ok(());
        }
        let windows = self.store.announce_unscreened(now).await?;
        self.announced_at = Some(now);
        tracing::warn!(windows, "windows that nobody has screened are announced again");
        Ok(())
    }

    async fn take(&mut self, received: &ReceivedRecord) -> Result<(), ScreenError> {
        let Some(lease) = self.leases.get(&received.partition) else { return Ok(()) };
        let now = (self.settings.clock)();
        let next_offset = received.offset + 1;
        let payload = received.payload.as_deref().unwrap_or_default();
        let window = match wire::decode_window(&received.headers, payload) {
            Ok(window) => window,
            Err(error) => {
                tracing::warn!(%error, partition = received.partition, offset = received.offset, "record kept as dead letter");
                let letter = DeadLetter {
                    offset: received.offset,
                    why: error.to_string(),
                    key: received.key.clone(),
                    headers: received.headers.clone(),
                    payload: received.payload.clone(),
                };
                self.store.keep_dead_letter(lease, &letter, now).await?;
                self.store.advance_partition(lease, next_offset, now).await?;
                return Ok(());
            }
        };
        let context = self.store.words_before(&window.key, window.range.first(), self.settings.context).await?;
        let window_id = window.id();
        let screener = self.screener.clone();
        let found = tokio::task::spawn_blocking(move || find(&screener, &window, context)).await??;
        let screening = Screening {
            window: window_id,
            pack_hash: Some(&self.screener.pack_hash),
            model_sha256: self.screener.model_sha256(),
            findings: &found,
            next_offset,
        };
        for change in self.store.store_screening(lease, &screening, now).await? {
            let event = change.event;
            tracing::info!(
                flag.id = %event.flag, room.id = %event.key.room, category = %event.category, made = change.made,
                "flag"
            );
        }
        self.consumer.commit_for_dashboards(received.partition, next_offset);
        Ok(())
    }
}
