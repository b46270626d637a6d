//! The one place that reads the real clock.

use chrono::{DateTime, Utc};

/// Wall time, now, to the microsecond (what Postgres keeps).
#[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
pub(crate) fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}
