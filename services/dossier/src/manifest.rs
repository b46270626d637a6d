//! The manifest: every member with its hash and size, and the signatures over it.
//!
//! Two signatures by the log's key say the same in two languages: `manifest.json.sig` is the raw Ed25519 signature of
//! the manifest's bytes, for OpenSSL; `manifest.note` is a C2SP signed note of its hash, for note tools, and names the
//! key. Neither stands in the manifest, so both must be in their one form.

use chrono::{DateTime, Utc};
use ledger::{Note, NoteError, SigningKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    audit::hex,
    model::{Dossier, Period, Pin, maybe_instant},
};

/// The manifest's member.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Its raw signature.
pub(crate) const SIGNATURE: &str = "manifest.json.sig";
/// The signed note of its hash.
pub(crate) const NOTE: &str = "manifest.note";
/// The same hashes for `sha256sum`, itself a member.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// The first line of the note: no checkpoint and no other note of the log's key begins so.
const NOTE_HEADER: &str = "earwitness/manifest/v1";

/// What a bundle holds, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// As in the record.
    pub(crate) format: String,
    /// As in the record.
    pub(crate) product: String,
    /// As in the record.
    pub(crate) room: String,
    /// As in the record.
    pub(crate) period: Option<Period>,
    /// As in the record.
    #[serde(with = "maybe_instant")]
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// As in the record.
    pub(crate) checkpoint: Pin,
    /// Every member but the manifest and its signatures, by path.
    pub(crate) members: Vec<Member>,
}

/// A member of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// Its path in the archive.
    pub(crate) path: String,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
    /// How many bytes.
    pub(crate) size: u64,
}

impl Manifest {
    /// The manifest of a record and its members.
    pub(crate) fn of(dossier: &Dossier, mut members: Vec<Member>) -> Self {
        members.sort_by(|one, other| one.path.cmp(&other.path));
        Self {
            format: dossier.format.clone(),
            product: dossier.product.clone(),
            room: dossier.room.room.clone(),
            period: dossier.period,
            as_of: dossier.as_of,
            checkpoint: dossier.pin.clone(),
            members,
        }
    }

    /// The member of that path; members stand in order.
    pub(crate) fn member(&self, path: &str) -> Option<&Member> {
        let at = self.members.binary_search_by(|member| member.path.as_str().cmp(path)).ok()?;
        self.members.get(at)
    }

    /// Its bytes: canonical JSON (RFC 8785), one line without an end.
    ///
    /// # Errors
    /// Never for what can be read from JSON.
    pub(crate) fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json_canonicalizer::to_vec(self)
    }
}

/// The text of the note over a manifest.
pub(crate) fn note_text(manifest: &[u8]) -> String {
    format!("{NOTE_HEADER}\n{}\n", hex(&Sha256::digest(manifest)))
}

/// The signed note over a manifest.
///
/// # Errors
/// [`NoteError::Kind`] for a witness's key.
pub(crate) fn sign_note(manifest: &[u8], key: &SigningKey) -> Result<Note, NoteError> {
    let mut note = Note::new(&note_text(manifest))?;
    note.sign(key)?;
    Ok(note)
}

/// The members' hashes as `sha256sum -c` reads them.
pub(crate) fn sums<'m>(members: impl IntoIterator<Item = &'m Member>) -> String {
    members.into_iter().fold(String::new(), |sums, Member { path, sha256, .. }| sums + sha256 + "  " + path + "\n")
}

/// Whether a path is safe wherever it is unpacked: plain characters, no way up, no absolute one, no hidden file.
pub(crate) fn is_safe(path: &str) -> bool {
    let plain = |part: &str| {
        let known = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(known)
    };
    path.len() <= 200 && path.split('/').all(plain)
}
