//! `room.toml`: a room described beside its sound.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use domain::CoverageReason;
use serde::Deserialize;
use store::AttemptResult;

/// Why a `room.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not a room's description; the cause names line and key.
    #[error("{} does not describe a room", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
}

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoomFile {
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    pub(crate) language: Option<String>,
    #[serde(default, deserialize_with = "instant")]
    pub(crate) scheduled: Option<DateTime<Utc>>,
    /// `[seconds, listeners]`, valid until the next.
    #[serde(default)]
    pub(crate) listeners: Vec<(f64, i64)>,
    #[serde(default)]
    pub(crate) stream: Vec<StreamEntry>,
    #[serde(default)]
    pub(crate) file: Vec<FileEntry>,
}

/// A stream with its connections spelled out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamEntry {
    pub(crate) name: String,
    pub(crate) language: Option<String>,
    #[serde(default)]
    pub(crate) attempt: Vec<AttemptEntry>,
    pub(crate) connection: Vec<ConnectionEntry>,
}

/// The short form: a file that is a stream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileEntry {
    pub(crate) file: PathBuf,
    pub(crate) stream: Option<String>,
    pub(crate) speaker: Option<String>,
    pub(crate) language: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttemptEntry {
    #[serde(deserialize_with = "sure_instant")]
    pub(crate) at: DateTime<Utc>,
    #[serde(deserialize_with = "attempt_result")]
    pub(crate) result: AttemptResult,
    pub(crate) status: Option<u16>,
    pub(crate) latency_ms: Option<u32>,
    pub(crate) retry_after_s: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionEntry {
    #[serde(default, deserialize_with = "instant")]
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) play: Vec<PlayEntry>,
}

/// Exactly one of `file`, `mute` and `gap`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlayEntry {
    pub(crate) file: Option<PathBuf>,
    pub(crate) speaker: Option<String>,
    pub(crate) repeat: Option<u32>,
    pub(crate) mute: Option<f64>,
    pub(crate) gap: Option<f64>,
    pub(crate) reason: Option<CoverageReason>,
}

/// Reads the description at `path`.
pub(crate) fn read(path: &Path) -> Result<RoomFile, DescribeError> {
    let text = std::fs::read_to_string(path).map_err(|source| DescribeError::Read { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|source| DescribeError::Parse { path: path.to_owned(), source: Box::new(source) })
}

fn attempt_result<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<AttemptResult, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn instant<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    sure_instant(deserializer).map(Some)
}

/// A TOML date-time with an offset, or the same as text.
fn sure_instant<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Native(toml::value::Datetime),
        Text(String),
    }
    let text = match Either::deserialize(deserializer)? {
        Either::Native(value) => value.to_string(),
        Either::Text(text) => text,
    };
    DateTime::parse_from_rfc3339(&text).map(|time| time.with_timezone(&Utc)).map_err(|_| {
        serde::de::Error::custom(format!("{text} is not a time with its offset, such as 2026-09-12T20:00:00Z"))
    })
}
