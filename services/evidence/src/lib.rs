//! Evidence clips: the exact samples of a flag with a margin, cut from chunks, sealed with the room's key, kept as objects.
//!
//! - [`Cut`] puts the chunks of the audio topic back together for a range and says which of them it took, and which
//!   samples are missing and why. Sound that is gone is never silence.
//! - [`Vault`] keeps sealed clips in an object store: `object_store`, of the Arrow project, because it writes a file
//!   whole or not at all, syncs it, and speaks to other stores by the same calls.
//! - [`RoomKey`] seals (AES-256-GCM). Destroying it erases the sound of its room, wherever copies of the objects lie.
//!   [`MasterKey`], a file, wraps the keys, so that the database alone opens nothing.
//!
//! **Why `ring`:** TLS brings it in already, and it uses the processor's AES. A clip is sealed whole under a random
//! nonce of 96 bits: NIST SP 800-38D allows 2^32 of those under one key, and a room has some thousands of clips.
//!
//! **Why samples and not FLAC inside:** a clip of half a minute is 1 MB, a codec would halve that, and would stand between
//! the recorded samples and whoever checks their hash. What is handed out is WAV ([`wav`]): everybody's program plays
//! it, and after its 44 bytes of header come the samples, byte for byte those that `pcm_sha256` is of.
#![deny(missing_docs)]

mod cut;
mod key;
mod peaks;
mod safe;
mod seal;
mod sound;
mod vault;

pub use cut::{Chunk, Cut, CutSound, Missing};
pub use key::{KeyError, MasterKey, RoomKey, WrappedKey};
pub use peaks::{PEAK_SAMPLES, peaks};
pub use safe::{OpenError, Safe};
pub use seal::{About, SealError};
pub use sound::{Sound, pcm_bytes, pcm_sha256, wav};
pub use vault::{Listed, StoredClip, Vault, VaultError};

/// What cut and sealed a clip, for its custody.
pub const TOOL: &str = concat!("earwitness ", env!("CARGO_PKG_VERSION"), ", clip format 1");
