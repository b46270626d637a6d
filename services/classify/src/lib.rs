//! Text classifiers behind one trait: what a stretch of speech may be, as calibrated probabilities.
//!
//! [`MiniLm`] is the classifier that comes with Earwitness (`models/classifier`, its card says what it is good for).
//! A customer's own model plugs in as another [`Classifier`], or as another folder of the same form.
//!
//! Choices: `tract-onnx` runs the model because it is pure Rust, so nothing is fetched while building; `tokenizers` cuts
//! the text because the weights were trained behind it, and a token that differs changes every score. Neither is named
//! outside [`minilm`](MiniLm). [`passages`] decides what is scored: sentences, and windows of longer talk.

mod carrying;
mod long;
mod minilm;
mod passages;

pub use carrying::{CarryingWord, carrying_words};
pub use long::score_long;
pub use minilm::MiniLm;
pub use passages::{pairs, passages};

use std::error::Error;
use std::path::PathBuf;

/// Scores a text under a fixed list of heads. Shared between threads behind an `Arc`.
pub trait Classifier: Send + Sync {
    /// Names of the heads, in the order of every [`Scores`].
    fn heads(&self) -> &[String];

    /// Which model this is, for the record of every finding.
    fn identity(&self) -> &ModelIdentity;

    /// Which model `head`, an index into [`heads`](Self::heads), belongs to: heads may be trained and shipped apart.
    fn identity_of(&self, _head: usize) -> &ModelIdentity {
        self.identity()
    }

    /// Scores `text` as one passage. What lies beyond the model's reach is not read: see [`score_long`].
    ///
    /// Any text has a score, an empty one too.
    ///
    /// # Errors
    /// [`ClassifyError::Run`] and [`ClassifyError::Tokenise`] when the model itself fails.
    fn score(&self, text: &str) -> Result<Scores, ClassifyError>;
}

/// Which model scored: enough to find the same bytes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelIdentity {
    /// The model's architecture and heads, in a word.
    pub name: String,
    /// SHA-256, in lower-case hex, of `model.onnx`, `tokenizer.json` and `calibration.json` one after the other; of
    /// category heads that of `categories.json`, which names the model under them.
    pub sha256: String,
}

/// One calibrated score a head, in the order of [`Classifier::heads`].
///
/// Kept as log-odds, `ln(p / (1 - p))`: a probability near 1 has no room left to say how a text compares with another.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores(Vec<f32>);

impl Scores {
    /// From calibrated log-odds, one a head.
    pub fn from_log_odds(log_odds: Vec<f32>) -> Self {
        Self(log_odds)
    }

    /// Calibrated log-odds, one a head.
    pub fn log_odds(&self) -> &[f32] {
        &self.0
    }

    /// Calibrated probabilities in `0..=1`, one a head.
    pub fn probabilities(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.0.iter().map(|log_odds| 1.0 / (1.0 + (-log_odds).exp()))
    }

    /// Head by head the higher of the two.
    #[must_use]
    pub fn highest(self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, two)| one.max(*two)).collect())
    }
}

/// Why a classifier could not be loaded, or could not score.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} names no SHA-256 of {file}: expected a line as `sha256sum` prints it", path.display())]
    Unlisted { path: PathBuf, file: &'static str },
    #[error("{} is damaged, cut short or another file: its SHA-256 is {found}, not {listed}", path.display())]
    Damaged { path: PathBuf, found: String, listed: String },
    #[error("{} does not hold what the classifier needs: {reason}", path.display())]
    Form { path: PathBuf, reason: String },
    #[error("cannot use {}", path.display())]
    Unusable {
        path: PathBuf,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("cannot cut the text into tokens")]
    Tokenise(#[source] Box<dyn Error + Send + Sync>),
    #[error("the model failed on {tokens} tokens")]
    Run {
        tokens: usize,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("the classifier has {heads} heads, there is no head number {head}")]
    NoSuchHead { head: usize, heads: usize },
}
