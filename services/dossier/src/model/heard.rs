//! Windows with their words, and what made them.

use chrono::{DateTime, Utc};
use domain::Hearing;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Probability, instant};

/// A stretch of an epoch that was heard at once, and everything needed to hear it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Its id.
    pub window: Uuid,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Wall time of its first sample.
    #[serde(with = "instant")]
    pub began: DateTime<Utc>,
    /// Wall time of the sample after its last.
    #[serde(with = "instant")]
    pub ended: DateTime<Utc>,
    /// When it was stored.
    #[serde(with = "instant")]
    pub stored: DateTime<Utc>,
    /// The language that was pinned.
    pub language: String,
    /// SHA-256 of the model file; none where nothing was decoded, as for the two below.
    pub model: Option<String>,
    /// The recogniser library and its version.
    pub library: Option<String>,
    /// SHA-256 of the settings' text.
    pub setting: Option<String>,
    /// Guards that fired, with their values.
    pub guards: Vec<String>,
    /// Calls of the recogniser that it took.
    pub attempts: u32,
    /// Whether the next window follows without a pause.
    pub seam: bool,
    /// What screened it; none where nothing has.
    pub screened: Option<Screened>,
    /// In order of time.
    pub segments: Vec<Segment>,
}

/// What looked at a window's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screened {
    /// When.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
    /// SHA-256 of the rule pack, where rules ran.
    pub pack: Option<String>,
    /// SHA-256 of the classifier, where one ran.
    pub model: Option<String>,
}

/// A timed run of text by one speaker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its first sample.
    pub first: i64,
    /// The sample after its last.
    pub end: i64,
    /// Who speaks, where the source says so.
    pub speaker: Option<String>,
    /// What was said.
    pub text: String,
    /// How far it can be relied on; `suspect` text is kept and never the ground of a flag.
    pub hearing: Hearing,
    /// The deletion that took its text, words and speaker, by retention or on request; null while they stand. Times and
    /// probabilities stay.
    pub erased: Option<Uuid>,
    /// In order of time.
    pub words: Vec<Word>,
}

/// A word as heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// With case and punctuation.
    pub word: String,
    /// Its first sample.
    pub first: i64,
    /// The sample after its last; never before `first`.
    pub end: i64,
    /// Mean probability of its tokens.
    pub p: Probability,
    /// Whether a second hearing reports it too; null while heard once.
    pub verified: Option<bool>,
}

/// A model that made something in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// SHA-256 of its file.
    pub sha256: String,
    /// What people call it.
    pub name: String,
    /// What runs it, with its version.
    pub library: String,
    /// `recogniser`, `voice_activity` or `classifier`.
    pub kind: String,
}

/// Settings that made something in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// SHA-256 of the text.
    pub sha256: String,
    /// Everything that decides the result, as canonical JSON.
    pub body: String,
}
