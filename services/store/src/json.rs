//! How the lines of the command line's JSON write what has no fixed form of its own.

use chrono::{DateTime, Utc};
use ledger::format_instant;
use serde::Serializer;

/// RFC 3339 with six digits and `Z`.
pub(crate) fn instant<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_instant(*at))
}

/// The same, or null.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
pub(crate) fn maybe_instant<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => instant(at, serializer),
        None => serializer.serialize_none(),
    }
}
