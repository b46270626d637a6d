//! What can be wrong with a source of sound, said so that a person can act on it.

use std::error::Error;
use std::io;
use std::path::PathBuf;

/// The cause underneath, from a demuxer, a decoder or the operating system.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why a source, or a stretch of it, could not be turned into sound. The caller adds which source it was.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("cannot open {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is a folder, not a sound file", path.display())]
    Folder { path: PathBuf },
    #[error("the file is empty: it has no bytes")]
    Empty,
    #[error("not a sound file: {looks_like}")]
    NotSound { looks_like: &'static str },
    #[error("{format} is not a format that can be read; convert it to WAV, FLAC or Opus")]
    UnsupportedFormat { format: &'static str },
    #[error("the {format} header is damaged, cut off or of an unknown kind")]
    Header {
        format: &'static str,
        #[source]
        source: Cause,
    },
    #[error("the {format} file has no audio track")]
    NoAudioTrack { format: &'static str },
    #[error("cannot decode {codec}")]
    UnsupportedCodec {
        codec: String,
        #[source]
        source: Cause,
    },
    #[error("{parameter} is {found}, but must be from {} to {}", allowed.0, allowed.1)]
    BadParameter { parameter: &'static str, found: u64, allowed: (u64, u64) },
    /// A header without a single sample behind it.
    #[error("no sound in it: a {codec} header and nothing behind it")]
    NoSound { codec: String },
    /// Only inside [`Block::Lost`](crate::Block::Lost).
    #[error("a damaged stretch of {codec}")]
    Damaged {
        codec: String,
        #[source]
        source: Cause,
    },
    /// Only inside [`Block::Lost`](crate::Block::Lost): the time stamps go on behind a hole.
    #[error("packets of {codec} are missing")]
    Missing { codec: String },
    /// Only inside [`Block::Lost`](crate::Block::Lost), with 0 samples: the sound goes on as if nothing had happened.
    #[error("the time stamps jump ahead by {seconds:.0} s, which is not believed")]
    TimeJump { seconds: f64 },
    /// The bytes end before the sound does.
    #[error("truncated: ends after {seconds:.3} s{}", declared(*.declared_seconds))]
    Truncated { seconds: f64, declared_seconds: Option<f64> },
    #[error("cannot be read on after {seconds:.3} s")]
    Unreadable {
        seconds: f64,
        #[source]
        source: Cause,
    },
    #[error("no resampler from {sample_rate_hz} Hz to 16000 Hz")]
    Resampler {
        sample_rate_hz: u32,
        #[source]
        source: Cause,
    },
    /// A bug in a parser or a decoder that this source set off; it is caught, the process lives.
    #[error("the {what} panicked on this data")]
    Panicked { what: &'static str },
}

fn declared(seconds: Option<f64>) -> String {
    seconds.map_or_else(String::new, |seconds| format!(" of the {seconds:.3} s its header declares"))
}
