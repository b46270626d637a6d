//! Sound in any common format, from a file or a pipe, to 16 kHz mono.
//!
//! ```no_run
//! # fn main() -> Result<(), media::MediaError> {
//! let mut decoder = media::Decoder::open_file("talk.opus".as_ref())?;
//! while let Some(block) = decoder.next_block()? {
//!     match block {
//!         media::Block::Pcm(samples) => println!("{} samples", samples.len()),
//!         media::Block::Lost { samples, source } => println!("{samples} samples lost: {source}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The promises, each with its tests:
//! - **Every second is accounted for.** Samples and lost samples together are `round(frames × 16000 / rate)` of the source,
//!   padding that headers declare left out. A damaged stretch is reported with its length where the container has time
//!   stamps (all but MP3 and bare AAC), and decoding goes on behind it.
//! - **Truncated is said, not hidden**: what is there is handed over, then the error names the seconds.
//! - **Hostile bytes cost their source, not the process**: panics are caught, at most 64 MiB are read in search of a
//!   packet, declared sizes allocate nothing.
//! - **Headers hide no sound**: what they call padding is handed over all the same when more sound follows.
//!
//! What does the work, and why:
//! - [symphonia](https://docs.rs/symphonia) demuxes everything and decodes all but Opus: pure Rust, so a broken file
//!   cannot corrupt memory; under 1 ms of CPU a second of sound. Its gapless trimming is off and ours is on (see `link`),
//!   because it believes every header.
//! - [opusic-c](https://docs.rs/opusic-c) (libopus, bound statically) decodes Opus, the usual format here, straight to
//!   16 kHz mono. Opus decoders in Rust exist; the one as fast is young, the others take ten times the CPU. libopus is
//!   hardened and is fuzzed upstream. It cannot be sent between threads with more than two channels: surround Opus is
//!   refused by name.
//! - [rubato](https://docs.rs/rubato) resamples (its FFT engine: exact ratios, linear phase, a known delay).
//! - The `ogg` crate was weighed for Opus and left out: it gives up at the first damaged page, symphonia finds the next.
//!   symphonia in turn notices a lost page one page late (about 1 s), so the hole is reported that much behind its place.
//!
//! Not read: surround AAC, HE-AAC above its core band, Opus end trimming in WebM (at most one packet of silence more),
//! and the formats that [`MediaError::UnsupportedFormat`] names.

mod codec;
mod decoder;
mod downmix;
mod error;
mod guard;
mod link;
mod mp4;
mod opus;
mod output;
mod packets;
mod raw;
mod resample;
mod riff;
mod sniff;
mod source;
mod stamps;

pub use decoder::{Decoder, Reader, SourceInfo};
pub use error::{Cause, MediaError};

/// Samples a second of everything that comes out.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// A stretch of a source, in order and without gaps between blocks.
#[derive(Debug)]
pub enum Block {
    /// Mono, 16 kHz, never empty.
    Pcm(Vec<i16>),
    /// A stretch that could not be decoded. `samples` at 16 kHz is its length; 0 when the format does not tell (MP3 and
    /// bare AAC have no time stamps) or its time stamps cannot be believed.
    Lost { samples: u64, source: MediaError },
}
