//! A change of the log's key: a note in which the old key names the new one.
//!
//! Its text has five lines: `earwitness/key-rotation/v1`, the origin, the first size that the new key signs, the old
//! vkey, the new vkey. The old key signs it, and the new one too, which shows that its holder has it. No checkpoint has
//! this form: a checkpoint's third line is 32 bytes in base64. The note is worth as much as the old key was when it
//! signed, so it belongs into the log itself, before the first size that it names.

use std::fmt;

use crate::key::{KeyKind, SigningKey, VerifyingKey};
use crate::line::parse_size;
use crate::note::{Note, NoteError};

const HEADER: &str = "earwitness/key-rotation/v1";

/// A signed change of keys. It is to be believed only after [`Trust::rotate`](crate::Trust::rotate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    origin: String,
    first_size: u64,
    old_key: VerifyingKey,
    new_key: VerifyingKey,
    note: Note,
}

/// A change of keys that cannot be read, made or followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// It is no note, or could not be signed.
    #[error("the key rotation is no sound note")]
    Note(#[source] NoteError),
    /// Not the five lines.
    #[error("the key rotation is not written as header, origin, size, old key and new key")]
    Form,
    /// A witness's key, or twice the same.
    #[error("the key rotation does not name two keys of a log")]
    Keys,
    /// Another log's.
    #[error("the key rotation is of the log {found:?}, not {expected:?}")]
    Origin {
        /// The log that is trusted.
        expected: String,
        /// The log it is of.
        found: String,
    },
    /// Not from the key in force.
    #[error("the key rotation is from {found}, but {expected} is in force")]
    OldKey {
        /// The key in force.
        expected: String,
        /// The key it is from.
        found: String,
    },
    /// It begins before the key that it replaces does.
    #[error("the key rotation begins at size {first_size}, not after {since}, where the key before it begins")]
    Order {
        /// The first size of the new key.
        first_size: u64,
        /// The first size of the old one.
        since: u64,
    },
    /// One of the two signatures is missing or does not fit.
    #[error("the key rotation at size {first_size} is not soundly signed by {key}")]
    Signature {
        /// The first size of the new key.
        first_size: u64,
        /// Whose signature.
        key: String,
        /// Why.
        #[source]
        source: NoteError,
    },
}

impl Rotation {
    /// Lets `new` sign the checkpoints of the log `origin` from `first_size` on, in the place of `old`.
    ///
    /// # Errors
    /// [`RotationError`] where the keys or the origin cannot be written so.
    pub fn sign(origin: &str, first_size: u64, old: &SigningKey, new: &SigningKey) -> Result<Self, RotationError> {
        let text = format!("{HEADER}\n{origin}\n{first_size}\n{}\n{}\n", old.public(), new.public());
        let mut note = Note::new(&text).map_err(RotationError::Note)?;
        for key in [old, new] {
            note.sign(key).map_err(RotationError::Note)?;
        }
        Self::of_note(note)
    }

    /// Reads a change of keys. Nothing is checked but its form.
    ///
    /// # Errors
    /// [`RotationError`] says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, RotationError> {
        Self::of_note(Note::parse(bytes).map_err(RotationError::Note)?)
    }

    fn of_note(note: Note) -> Result<Self, RotationError> {
        let mut lines = note.text().strip_suffix('\n').ok_or(RotationError::Form)?.split('\n');
        let mut next = || lines.next().ok_or(RotationError::Form);
        let (header, origin, first_size, old, new) = (next()?, next()?, next()?, next()?, next()?);
        if header != HEADER || origin.is_empty() || lines.next().is_some() {
            return Err(RotationError::Form);
        }
        let first_size = parse_size(first_size).ok_or(RotationError::Form)?;
        let key = |vkey| VerifyingKey::parse(vkey).map_err(|_| RotationError::Form);
        let (old_key, new_key) = (key(old)?, key(new)?);
        if old_key == new_key || [&old_key, &new_key].iter().any(|key| key.kind() != KeyKind::Log) {
            return Err(RotationError::Keys);
        }
        let origin = origin.to_owned();
        Ok(Self { origin, first_size, old_key, new_key, note })
    }

    /// The first size that the new key signs.
    pub fn first_size(&self) -> u64 {
        self.first_size
    }

    /// The key that signed until then.
    pub fn old_key(&self) -> &VerifyingKey {
        &self.old_key
    }

    /// The key that signs from then on.
    pub fn new_key(&self) -> &VerifyingKey {
        &self.new_key
    }

    /// Checks it against the key in force, which began at the size `since`.
    pub(crate) fn check(&self, origin: &str, since: u64, current: &VerifyingKey) -> Result<(), RotationError> {
        let Self { first_size, .. } = *self;
        if self.origin != origin {
            return Err(RotationError::Origin { expected: origin.to_owned(), found: self.origin.clone() });
        }
        if self.old_key != *current {
            return Err(RotationError::OldKey { expected: current.to_string(), found: self.old_key.to_string() });
        }
        if first_size <= since {
            return Err(RotationError::Order { first_size, since });
        }
        for key in [&self.old_key, &self.new_key] {
            self.note.verify([key]).map_err(|source| RotationError::Signature {
                first_size,
                key: key.to_string(),
                source,
            })?;
        }
        Ok(())
    }
}

/// The note as it is written and kept.
impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests;
