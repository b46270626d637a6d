//! Recognises speech: whisper.cpp and Silero in a supervised child process, and what sound without speech is.
//!
//! The only crate that names whisper-rs. It leaves out other engines on purpose: whisper.cpp takes the weights that
//! moderators know and can obtain, and its traps (it aborts, hangs, leaks) end with the process that holds it.

pub use hearing::{
    AudioContext, DEFAULT_MARGIN, DecodeSettings, GATE_FRAME, HeardSegment, Hearing, Library, MAX_SPAN, MAX_WINDOW,
    ModelFile, ModelIdentity, Models, Request, SAMPLE_RATE, Word,
};

pub use recogniser::{Recogniser, Settings, SpeechError};

pub mod child;
pub mod engine;
mod hearing;
mod protocol;
mod recogniser;
pub mod triage;
