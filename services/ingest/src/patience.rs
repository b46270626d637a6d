//! Writes that wait out a database which is away: sound that is sent meanwhile must not be for nothing.

use std::time::{Duration, Instant};

use store::StoreError;
use tokio_util::sync::CancellationToken;

/// How long a database may be away.
const PATIENCE: Duration = Duration::from_mins(2);
/// Pause before a write is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Tries `write` again while the database is away, until `stop`. A connection that broke in the very moment of a commit
/// leaves it open whether that stands: then an attempt is told twice, or an epoch without sound stays behind, and is
/// closed as idle. No sound is doubled.
pub(crate) async fn patiently<T, F>(stop: &CancellationToken, write: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let began = Instant::now();
    loop {
        match write().await {
            Err(error) if error.is_transient() && began.elapsed() < PATIENCE && !stop.is_cancelled() => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database is away; waiting for it");
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = stop.cancelled() => {}
                }
            }
            done => return done,
        }
    }
}
