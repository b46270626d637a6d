//! The sound of flags: where a clip is in the bundle, or why there is none.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

domain::closed! {
    /// What became of a flag's clip.
    ClipState "state of a clip" {
        /// It is a member of the bundle.
        Included = "included",
        /// The sound was gone before it was cut.
        Expired = "expired",
        /// The log held it, but not in a form that could be read.
        Unreadable = "unreadable",
        /// It was erased since.
        Erased = "erased",
        /// It was left out on request.
        LeftOut = "left_out",
    }
}

/// The exact samples of a flag and a margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// Its id, by which events name it.
    pub clip: Uuid,
    /// Of which flag.
    pub flag: Uuid,
    /// What became of it.
    pub state: ClipState,
    /// The bundle's member that holds it; null unless included, as for its hash and size.
    pub path: Option<String>,
    /// As in HTTP: `audio/flac`.
    pub media_type: String,
    /// The stream's name.
    pub stream: String,
    /// The epoch's number.
    pub epoch: u32,
    /// Its first sample, the margin included; the flag's where there never was a clip.
    pub first: i64,
    /// The sample after its last, the margin included; the flag's where there never was a clip.
    pub end: i64,
    /// SHA-256 of the member.
    pub sha256: Option<String>,
    /// Bytes of the member.
    pub size: Option<u64>,
    /// SHA-256 of the samples, 16 bit little endian: in a WAV file, of all that follows its 44 bytes of header.
    pub pcm_sha256: Option<String>,
    /// Where the sound came from and what was done with it, as the evidence store recorded it.
    pub custody: Value,
}
