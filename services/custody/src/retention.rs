//! The end of evidence and text: by age, on request, and of objects that are nobody's.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use evidence::{Listed, Vault};
use futures_util::{TryStreamExt, future::ready};
use store::{EraseTarget, Erasure, Store, SweepDue, SweepRule};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{CustodyError, run::Clock};

/// Things erased in one transaction.
const BATCH: i64 = 1_000;
/// An object without a row may belong to a clip that is being stored; not after so long.
const ORPHAN_AFTER: TimeDelta = TimeDelta::hours(1);
/// How often what is old is swept.
const EVERY: Duration = Duration::from_hours(24);
/// After a start, the first sweep waits for so long.
const FIRST: Duration = Duration::from_mins(1);
const AFTER_FAILURE: Duration = Duration::from_mins(10);

/// How long what is kept, in days. Counted from when it was stored; for what belongs to a flag with a decision, from the
/// last decision if that is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Text far from any flag.
    pub transcripts_days: i64,
    /// Clips.
    pub clips_days: i64,
    /// Text of and around flags, and the words of findings.
    pub flags_days: i64,
    /// Dead letters, in hours: as long as the sound that they may hold.
    pub dead_letter_hours: i64,
    /// Samples around a flag whose text counts as the flag's: the margin of its clip.
    pub near: i64,
}

/// What a sweep erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Segments.
    pub texts: usize,
    /// Findings.
    pub findings: usize,
    /// Clips.
    pub clips: usize,
    /// Dead letters.
    pub dead_letters: usize,
    /// Objects that were nobody's.
    pub orphans: usize,
}

impl Retention {
    /// Text far from flags, text of flags, clips, dead letters: until when each is kept at `now`.
    fn rules(&self, now: DateTime<Utc>) -> [SweepRule; 4] {
        let days = |name: &str, days: i64| SweepRule {
            before: now - TimeDelta::days(days),
            name: format!("retention.{name} = {days}"),
        };
        let hours = self.dead_letter_hours;
        let letters =
            SweepRule { before: now - TimeDelta::hours(hours), name: format!("kafka.audio_retention_hours = {hours}") };
        [
            days("transcripts_days", self.transcripts_days),
            days("flags_days", self.flags_days),
            days("clips_days", self.clips_days),
            letters,
        ]
    }

    /// Since when a decision keeps its evidence from being erased on request.
    pub fn decided_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(self.clips_days)
    }

    /// What a sweep would erase now, of each class `limit` at most.
    ///
    /// # Errors
    /// [`CustodyError::Store`].
    pub async fn due(&self, store: &Store, limit: i64, now: DateTime<Utc>) -> Result<SweepDue, CustodyError> {
        let [unflagged, flagged, clips, letters] = &self.rules(now);
        Ok(store.sweep_due([unflagged, flagged, clips, letters], self.near, limit).await?)
    }
}

/// Erases everything that is old enough and kept by nothing. What fails ends it; the next sweep goes on from there.
///
/// # Errors
/// [`CustodyError`] where database or objects refuse.
pub async fn sweep(store: &Store, vault: &Vault, retention: &Retention, clock: Clock) -> Result<Swept, CustodyError> {
    let [unflagged, flagged, clips, letters] = &retention.rules(clock());
    let mut swept = Swept::default();
    while let texts @ 1.. = store.sweep_texts((unflagged, flagged), retention.near, BATCH, clock()).await? {
        swept.texts += texts;
    }
    while let findings @ 1.. = store.sweep_findings(flagged, BATCH, clock()).await? {
        swept.findings += findings;
    }
    loop {
        let ended = store.sweep_clips(clips, BATCH, clock()).await?;
        if ended.is_empty() {
            break;
        }
        remove(vault, &ended).await?;
        swept.clips += ended.len();
    }
    swept.dead_letters = store.sweep_dead_letters(letters, clock()).await?;
    swept.orphans = sweep_orphans(store, vault, clock()).await?;
    Ok(swept)
}

/// Sweeps a minute after the start and then once a day, until `stop`.
pub async fn sweep_daily(store: &Store, vault: &Vault, retention: &Retention, clock: Clock, stop: &CancellationToken) {
    let mut wait = FIRST;
    loop {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return,
        }
        wait = match sweep(store, vault, retention, clock).await {
            Ok(swept) => {
                tracing::info!(
                    texts = swept.texts,
                    findings = swept.findings,
                    clips = swept.clips,
                    dead_letters = swept.dead_letters,
                    orphans = swept.orphans,
                    "what was old is erased"
                );
                EVERY
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "what is old could not be erased");
                AFTER_FAILURE
            }
        };
    }
}

/// Removes objects older than an hour that no clip with sound stands for; returns how many.
///
/// # Errors
/// [`CustodyError`] where database or objects refuse.
pub async fn sweep_orphans(store: &Store, vault: &Vault, now: DateTime<Utc>) -> Result<usize, CustodyError> {
    let mut orphans = 0;
    let is_old = move |object: Listed| ready(Ok(object.clip.filter(|_| object.changed_at < now - ORPHAN_AFTER)));
    let old = vault.list().try_filter_map(is_old);
    let mut pages = std::pin::pin!(old.try_chunks(500));
    while let Some(page) = pages.try_next().await.map_err(|error| error.1)? {
        let live = store.live_clips(&page).await?;
        let nobodys: Vec<Uuid> = page.into_iter().filter(|clip| !live.contains(clip)).collect();
        remove(vault, &nobodys).await?;
        orphans += nobodys.len();
    }
    Ok(orphans)
}

/// Erases what a person's request names, but for what must be kept; with `dry_run` says what it would do.
///
/// # Errors
/// [`CustodyError`] where database or objects refuse; what was erased in the database stays so.
pub async fn erase(
    store: &Store,
    vault: &Vault,
    target: &EraseTarget,
    retention: &Retention,
    (why, dry_run): (&str, bool),
    now: DateTime<Utc>,
) -> Result<Erasure, CustodyError> {
    let limits = (retention.near, retention.decided_since(now));
    let erasure = store.erase(target, limits, (why, dry_run), now).await?;
    if !dry_run {
        remove(vault, &erasure.clips).await?;
    }
    Ok(erasure)
}

async fn remove(vault: &Vault, clips: &[Uuid]) -> Result<(), CustodyError> {
    for clip in clips {
        vault.remove(*clip).await?;
    }
    Ok(())
}
