//! The loop: flags without a clip get one.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use evidence::Safe;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    CustodyError,
    cut::{Log, make},
};

/// Tells wall time; only the binary reads the real one.
pub type Clock = fn() -> DateTime<Utc>;

/// How often flags are looked for.
const EVERY: Duration = Duration::from_secs(1);
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Flags taken at once.
const BATCH: i64 = 50;
/// Flags that changed longer ago are looked for once an hour, as after a start: they waited for an epoch that stood still.
const RECENT: TimeDelta = TimeDelta::hours(2);
const ALL_EVERY: TimeDelta = TimeDelta::hours(1);

/// What the service works with.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Where the sound is.
    pub bus: bus::Settings,
    /// Where flags are, and rows go.
    pub store: Store,
    /// Where clips go, and the key that wraps their keys.
    pub safe: Safe,
}

/// What the service is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Samples kept on both sides of a flag.
    pub margin: i64,
    /// A flag that changed less long ago may still grow.
    pub settle: TimeDelta,
    /// Tells wall time.
    pub clock: Clock,
}

/// Cuts clips until `stop`. A database, a broker or an object store that is away is waited for.
pub async fn run(tools: &Tools, settings: &Settings, stop: &CancellationToken) {
    let mut all_due = DateTime::UNIX_EPOCH;
    let mut is_failing = false;
    while !stop.is_cancelled() {
        let now = (settings.clock)();
        let is_all = now >= all_due;
        let since = if is_all { DateTime::UNIX_EPOCH } else { now - RECENT };
        let passed = tokio::select! {
            passed = pass(tools, settings, since) => passed,
            () = stop.cancelled() => return,
        };
        let wait = match passed {
            Ok(0) => {
                if is_all {
                    all_due = now + ALL_EVERY;
                }
                is_failing = false;
                EVERY
            }
            Ok(_) => continue,
            Err(error) => {
                if !is_failing {
                    tracing::warn!(error = &error as &dyn std::error::Error, "clips wait");
                }
                is_failing = true;
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Makes the clips of a batch of flags; returns how many were due. One that fails keeps none of the others from theirs.
async fn pass(tools: &Tools, settings: &Settings, since: DateTime<Utc>) -> Result<usize, CustodyError> {
    let until = (settings.clock)() - settings.settle;
    let due = tools.store.due_clips((since, until), settings.margin, BATCH).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let mut log = Log::open(&tools.bus).await?;
    let mut failure = None;
    for flag in &due {
        match make(tools, settings, &mut log, flag).await {
            Ok(is_ours) => tracing::debug!(flag.id = %flag.flag, is_ours, "clip"),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(due.len()), Err)
}
