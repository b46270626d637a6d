//! What the service is told: whom it is, how windows are cut, what it may take.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use timeline::Limits;

/// Tells wall time; only the binary reads the real one.
pub type Clock = fn() -> DateTime<Utc>;

/// How long a window may be, for one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowLength {
    /// No cut before, in milliseconds.
    pub min_ms: i64,
    /// A cut at the latest here, in milliseconds; at most 24,000.
    pub max_ms: i64,
}

/// Settings of the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The consumer group.
    pub group: String,
    /// Names this worker in leases and logs.
    pub owner: String,
    /// The model that hears each language first; `*` for all others. Names are those that the recogniser loaded.
    pub models: BTreeMap<String, String>,
    /// Window lengths by model; `*` for all others.
    pub windows: BTreeMap<String, WindowLength>,
    /// A run without voice of this length is a pause, in milliseconds.
    pub pause_ms: i64,
    /// Sound kept on both sides of a seam without a pause, in milliseconds.
    pub margin_ms: i64,
    /// Encoder positions beyond the span's own (20 ms each).
    pub context_margin: u32,
    /// How long one decode may take.
    pub deadline: Duration,
    /// Closed windows that one stream may hold unheard, in seconds of sound, before its partition is paused.
    pub backlog_seconds: i64,
    /// An epoch without `end` closes after so long without a record in a log that was read whole; the time of an
    /// outage, of a lag or of a pause does not count.
    pub idle: Duration,
    /// Tells wall time.
    pub clock: Clock,
}

impl Settings {
    /// The model that hears `language` first: by the whole tag, by its first part, else by `*`.
    pub(crate) fn model(&self, language: &str) -> Option<&str> {
        let first_part = primary(language);
        [language, first_part.as_str(), "*"].iter().find_map(|key| self.models.get(*key)).map(String::as_str)
    }

    /// Where windows of `language` are cut.
    pub fn limits(&self, language: &str) -> Limits {
        let by_model = self.model(language).and_then(|model| self.windows.get(model));
        let length = by_model.or_else(|| self.windows.get("*"));
        let length = length.copied().unwrap_or(WindowLength { min_ms: 8_000, max_ms: 20_000 });
        Limits {
            min: length.min_ms * 16,
            max: length.max_ms * 16,
            pause: self.pause_ms * 16,
            margin: self.margin_ms * 16,
        }
    }
}

/// The first part of a language tag, in lower case: `pt` of `pt-BR`. What Whisper is told.
pub(crate) fn primary(language: &str) -> String {
    language.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}
