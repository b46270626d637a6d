//! The part of the log that tells of the room: its events with their proofs, the head they lead to, and the keys.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use ledger::{
    AuditEvent, EventError, Rotation, RotationError, SALT_BYTES, SignedCheckpoint, TlogProof, Trust, TrustError,
    VerifyingKey, merkle::Hash,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::model::instant;

/// The room's events, all of them up to the head that everything is pinned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The log's head, as it was signed.
    pub checkpoint: SignedCheckpoint,
    /// The log's keys over time; the last one signs the bundle.
    pub keys: Vec<LogKey>,
    /// In the order of the log.
    pub events: Vec<ProvedEvent>,
}

/// A key of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogKey {
    /// The first size that it signs.
    pub first_size: u64,
    /// Its public half.
    pub vkey: String,
    /// The note in which the key before names it; none for the first.
    pub rotation: Option<String>,
}

/// An event and its way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedEvent {
    /// Its place in the log.
    pub seq: u64,
    /// What it says.
    pub event: AuditEvent,
    /// The inclusion proof, from the leaf's sibling up.
    pub proof: Vec<Hash>,
}

/// Keys that do not follow from each other.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is none.
    #[error("there is no key")]
    None,
    /// One cannot be read, or is of the wrong kind.
    #[error("the key from size {first_size} on cannot be read")]
    Key {
        /// The first size that it signs.
        first_size: u64,
        /// Why.
        #[source]
        source: ledger::KeyError,
    },
    /// The first one is no log's.
    #[error("the first key is not a log's")]
    Kind(#[source] TrustError),
    /// The key before did not name it.
    #[error("the key from size {first_size} on is not the one that the key before it named")]
    Rotation {
        /// The first size that it signs.
        first_size: u64,
        /// Why; none where the note is missing or names another key or size.
        #[source]
        source: Option<RotationError>,
    },
}

/// What these keys let one believe, each in its time, and the key that signs bundles: the last.
///
/// # Errors
/// [`KeysError`] names the first key that does not follow from the one before.
pub(crate) fn trust(keys: &[LogKey]) -> Result<(Trust, VerifyingKey), KeysError> {
    let (first, later) = keys.split_first().ok_or(KeysError::None)?;
    let read = |key: &LogKey| {
        VerifyingKey::parse(&key.vkey).map_err(|source| KeysError::Key { first_size: key.first_size, source })
    };
    let mut last = read(first)?;
    if first.rotation.is_some() || first.first_size != 0 {
        return Err(KeysError::Rotation { first_size: first.first_size, source: None });
    }
    let origin = last.name().to_owned();
    let mut trust = Trust::new(&origin, last.clone()).map_err(KeysError::Kind)?;
    for key in later {
        let first_size = key.first_size;
        let refused = |source| KeysError::Rotation { first_size, source };
        let note = key.rotation.as_deref().ok_or_else(|| refused(None))?;
        let rotation = Rotation::parse(note.as_bytes()).map_err(|source| refused(Some(source)))?;
        last = read(key)?;
        if rotation.first_size() != first_size || *rotation.new_key() != last || rotation.to_string() != note {
            return Err(refused(None));
        }
        trust.rotate(&rotation).map_err(|source| refused(Some(source)))?;
    }
    Ok((trust, last))
}

impl ProvedEvent {
    /// The event's line in the bundle, without its end: the canonical event that is hashed, its leaf, salt and place.
    ///
    /// # Errors
    /// [`EventError`] for an event that has no canonical form.
    pub(crate) fn line(&self) -> Result<String, EventError> {
        let (canonical, leaf) = (self.event.canonical()?, self.event.leaf_hash()?);
        let (leaf, salt) = (hex(&leaf), hex(&self.event.salt));
        // The members stand in the order of their names, so that the line is canonical too.
        Ok(format!("{{\"event\":{canonical},\"leaf\":\"{leaf}\",\"salt\":\"{salt}\",\"seq\":{}}}", self.seq))
    }

    /// The proof as a file.
    pub(crate) fn proof_file(&self, checkpoint: &SignedCheckpoint) -> TlogProof {
        TlogProof { extra: None, index: self.seq, hashes: self.proof.clone(), checkpoint: checkpoint.clone() }
    }
}

/// An event's line as it is read back.
#[derive(Deserialize)]
struct Line {
    event: Event,
    leaf: String,
    salt: String,
    seq: u64,
}

#[derive(Deserialize)]
struct Event {
    audit_event_id: Uuid,
    #[serde(with = "instant")]
    happened_at: DateTime<Utc>,
    actor: String,
    action: String,
    entity: String,
    entity_id: String,
    room_id: Option<String>,
    payload: Value,
}

/// Reads an event's line: its place, the event, and the leaf that the line names. None where it is no such line, or
/// not in the one form that [`ProvedEvent::line`] gives it.
pub(crate) fn read_line(line: &str) -> Option<(u64, AuditEvent)> {
    let Line { event, leaf, salt, seq } = serde_json::from_str(line).ok()?;
    let event = AuditEvent {
        audit_event_id: event.audit_event_id,
        happened_at: event.happened_at,
        actor: event.actor,
        action: event.action,
        entity: event.entity,
        entity_id: event.entity_id,
        room_id: event.room_id,
        payload: event.payload,
        salt: unhex::<SALT_BYTES>(&salt)?,
    };
    unhex::<32>(&leaf)?;
    let proved = ProvedEvent { seq, event, proof: Vec::new() };
    // A line that is canonical but for a leaf of its own says a hash that is not the event's: the caller would not know.
    (proved.line().ok()? == line).then_some((seq, proved.event))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads lower-case hex of so many bytes.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
