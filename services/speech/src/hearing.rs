//! What is asked of the recogniser and what it answers: plain values that cross the process boundary.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Samples a second of all sound in this crate.
pub const SAMPLE_RATE: u32 = 16_000;
/// Samples of one voice activity frame: 32 ms.
pub const GATE_FRAME: usize = 512;
/// The longest span one hearing takes, in samples: 29 s, so that whisper.cpp's 30 s frame is never exceeded.
pub const MAX_SPAN: usize = 29 * SAMPLE_RATE as usize;
/// The longest window the gate takes, in samples: 60 s.
pub const MAX_WINDOW: usize = 60 * SAMPLE_RATE as usize;
/// Encoder positions (20 ms each) added to a span's own. Measured: 64 makes stock weights loop, 192 nearly never.
pub const DEFAULT_MARGIN: u32 = 192;

/// One file of weights, as the caller found and verified it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// The name that requests use, such as `tiny.en`.
    pub name: String,
    /// A ggml file (f16 or `q8_0`) that whisper.cpp 1.8 reads.
    pub path: PathBuf,
    /// SHA-256 of the file in lower-case hex, as the caller computed it; kept as evidence, not checked here.
    pub sha256: String,
}

/// The models of one recogniser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// Whisper models, each with a name of its own. At least one.
    pub hearing: Vec<ModelFile>,
    /// The Silero voice activity model.
    pub gate: ModelFile,
}

/// How many encoder positions a hearing computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioContext {
    /// The span's own positions and this many more, rounded up to a multiple of 32.
    Margin(u32),
    /// 1472 positions, the largest multiple of 32: five times the work, for the retry of a span that looped.
    Full,
}

impl Default for AudioContext {
    fn default() -> Self {
        Self::Margin(DEFAULT_MARGIN)
    }
}

/// One hearing to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The span: 16 kHz mono, 1 to [`MAX_SPAN`] samples. It travels beside the header, not in it.
    #[serde(skip)]
    pub pcm: Vec<i16>,
    /// Name of a model in [`Models::hearing`].
    pub model: String,
    /// ISO 639 code that Whisper knows (`en`, `de`, …); a model for English refuses every other.
    pub language: String,
    /// Encoder positions to compute.
    pub context: AudioContext,
    /// Wall-clock time that the decode may take; the queue before it does not count.
    pub deadline: Duration,
    /// Also compute [`Hearing::no_speech`]; costs about one token.
    pub no_speech: bool,
}

/// One word with its place in the span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As the model wrote it, punctuation attached, no surrounding space. May be a non-word such as `♪`.
    pub text: String,
    /// First sample, within the span. Words are ordered and do not overlap.
    pub first: u32,
    /// One past the last sample; `first < end`, at most the span's length.
    pub end: u32,
    /// Mean probability of the word's tokens, 0 to 1.
    pub p: f32,
}

/// One run of text between two timestamps of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardSegment {
    /// Raw text as decoded, surrounding space removed.
    pub text: String,
    /// Index of its first word in [`Hearing::words`].
    pub first_word: u32,
    /// One past the index of its last word.
    pub end_word: u32,
    /// Text tokens.
    pub tokens: u32,
    /// Mean natural log probability of the text tokens; 0 where there are none.
    pub mean_logprob: f32,
}

/// The result of one decode.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hearing {
    /// All words, in order.
    pub words: Vec<Word>,
    /// All segments, in order; they tile `words`.
    pub segments: Vec<HeardSegment>,
    /// Probability of no speech at the start-of-transcript position, 0 to 1, when asked for and the decode took one
    /// encoder pass. whisper.cpp's own value reads the wrong row for multilingual models. Seen: speech 0.01 to 0.3,
    /// silence, noise and music 0.8 to 0.97.
    pub no_speech: Option<f32>,
    /// Tokens sampled, timestamps and ends included, also those that whisper.cpp then threw away.
    pub sampled_tokens: u32,
    /// A pass ran into the token limit: text may be missing after it, and a loop is likely.
    pub hit_max_tokens: bool,
    /// Encoder passes; more than one where the model's last timestamp left a rest.
    pub passes: u32,
    /// Encoder positions computed a pass.
    pub audio_context: u32,
    /// CPU time of the decode in microseconds, the no-speech probability included.
    pub cpu_us: u64,
}

/// The decode settings of every hearing. Fixed in code, since each value was measured; kept with the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodeSettings {
    /// Always `greedy`.
    pub strategy: String,
    /// Candidates a token.
    pub best_of: u32,
    /// Sampling temperature, and no ladder of higher ones.
    pub temperature: f32,
    /// Threads a decode.
    pub threads: u32,
    /// Whether text of one window conditions the next.
    pub text_context: bool,
    /// Whether tokens outside speech are suppressed.
    pub suppress_non_speech_tokens: bool,
    /// Token limit a pass: this many for each second …
    pub max_tokens_a_second: u32,
    /// … and this many more.
    pub max_tokens_extra: u32,
    /// Shorter spans are filled up with zeros to this many samples.
    pub padded_to: u32,
}

impl Default for DecodeSettings {
    fn default() -> Self {
        Self {
            strategy: "greedy".to_owned(),
            best_of: 1,
            temperature: 0.0,
            threads: 1,
            text_context: false,
            suppress_non_speech_tokens: true,
            max_tokens_a_second: 8,
            max_tokens_extra: 12,
            padded_to: SAMPLE_RATE,
        }
    }
}

/// The library that decodes, as it describes itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Version of whisper.cpp.
    pub version: String,
    /// whisper.cpp's list of the processor features that it was compiled for.
    pub system: String,
}

/// Everything that decides a hearing but the sound: what the evidence names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// The weights.
    pub model: ModelFile,
    /// The code.
    pub library: Library,
    /// The settings.
    pub settings: DecodeSettings,
}
