//! What was observed around the sound: listeners, attempts to reach a source. And apart from it: what others assert.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::instant;

domain::closed! {
    /// How an attempt to reach a source went.
    AttemptResult "result of an access attempt" {
        /// Sound came.
        Connected = "connected",
        /// The source answered, and refused.
        Refused = "refused",
        /// No answer in time.
        Timeout = "timeout",
        /// There was nobody to ask.
        Unreachable = "unreachable",
    }
}

/// How many listen from a moment on, until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerStep {
    /// From when.
    #[serde(with = "instant")]
    pub from: DateTime<Utc>,
    /// How many.
    pub listeners: i64,
}

/// One attempt to reach a source, as we observed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessAttempt {
    /// For which stream.
    pub stream: String,
    /// When.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
    /// What we tried to reach.
    pub source: String,
    /// How it went.
    pub result: AttemptResult,
    /// Status code, as the source gave it.
    pub status: Option<u32>,
    /// Milliseconds until the answer, or until we gave up.
    pub latency_ms: Option<u64>,
    /// Seconds for which the source asked us to wait.
    pub retry_after_s: Option<u64>,
}

/// What a source or a person says about what happened. We repeat it; we do not vouch for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    /// When it was made.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
    /// Who makes it: an office or an organisation, never a private person's name.
    pub by: String,
    /// In their words.
    pub text: String,
}
