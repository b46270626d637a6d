//! C2SP signed-note: a text and the signatures of those who stand by it.
//!
//! The form is strict, so that a note has one spelling only: what [`Note::parse`] takes, `to_string` gives back byte
//! for byte. Our own rather than the kept `signed_note` 0.2: that has no cosignatures, and would bring a second release
//! each of the curve, of base64 and of the random numbers' traits. It judges our notes in the tests.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use crate::key::{KeyKind, SigningKey, VerifyingKey, check_name};

/// The longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 1 << 20;

/// The most signatures that are read; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

const SIGNATURE_START: &str = "\u{2014} ";

/// A text with signatures that nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One line under a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: u32,
    bytes: Vec<u8>,
}

/// A signature that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub key_id: u32,
    /// What the key signs.
    pub kind: KeyKind,
    /// When a witness says that it signed; none for a log, whose signature holds no time.
    pub signed_at: Option<DateTime<Utc>>,
}

/// A note that cannot be read, signed or believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("the note is longer than {MAX_NOTE_BYTES} bytes")]
    TooLong,
    /// Not UTF-8, or with a control character.
    #[error("the note is not UTF-8 text without control characters")]
    Characters,
    /// The text does not end with a newline.
    #[error("the note's text does not end with a newline")]
    Unended,
    /// No empty line before the signatures.
    #[error("the note has no empty line between its text and its signatures")]
    NoSignatures,
    /// More than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// A line that is no signature.
    #[error("signature line {line} of the note is not of the form: em dash, name, base64")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// The key signs something else.
    #[error("the key {name:?} is of the wrong kind for this signature")]
    Kind {
        /// The key's name.
        name: String,
    },
    /// A moment before 1970.
    #[error("a cosignature cannot be of {at}, before 1970")]
    Time {
        /// The moment given.
        at: DateTime<Utc>,
    },
    /// A trusted key's signature does not fit: the note or the signature was changed.
    #[error("the signature of {name:?} (key {key_id:08x}) does not fit the note")]
    Forged {
        /// The key's name.
        name: String,
        /// The key's id.
        key_id: u32,
    },
    /// None of the trusted keys has signed.
    #[error("no trusted key has signed the note")]
    Unsigned,
}

impl NoteSignature {
    /// Whose it claims to be.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which key of theirs it claims to be.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    pub(crate) fn is_by(&self, key: &VerifyingKey) -> bool {
        self.key_id == key.id() && self.name == key.name()
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        check_name(name).ok()?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (id, bytes) = decoded.split_first_chunk::<4>()?;
        (!bytes.is_empty()).then(|| Self {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(*id),
            bytes: bytes.to_vec(),
        })
    }

    /// Checks it against the key that it names.
    fn verify(&self, key: &VerifyingKey, text: &str) -> Result<Verified, NoteError> {
        let forged = || NoteError::Forged { name: self.name.clone(), key_id: self.key_id };
        let (signature, message, signed_at) = match key.kind() {
            KeyKind::Log => (self.bytes.as_slice(), text.to_owned(), None),
            KeyKind::Witness => {
                let (seconds, signature) = self.bytes.split_first_chunk::<8>().ok_or_else(forged)?;
                let seconds = i64::try_from(u64::from_be_bytes(*seconds)).map_err(|_| forged())?;
                let at = DateTime::from_timestamp(seconds, 0).ok_or_else(forged)?;
                (signature, cosigned(seconds, text), Some(at))
            }
        };
        let signature = signature.try_into().map_err(|_| forged())?;
        if !key.fits(message.as_bytes(), signature) {
            return Err(forged());
        }
        Ok(Verified { name: self.name.clone(), key_id: self.key_id, kind: key.kind(), signed_at })
    }
}

impl Note {
    /// A note that nobody has signed.
    ///
    /// # Errors
    /// [`NoteError`] where `text` cannot be that of a note.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        check_text(text)?;
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note with at least one signature. Nothing is checked but its form.
    ///
    /// # Errors
    /// [`NoteError`] says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        check_characters(whole)?;
        let cut = whole.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, rest) = (&whole[..=cut], &whole[cut + 2..]);
        check_text(text)?;
        let lines = rest.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        if lines.matches('\n').count() >= MAX_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        let read = |(at, line)| NoteSignature::parse(line).ok_or(NoteError::Line { line: at + 1 });
        let signatures = lines.split('\n').enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// What is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, unchecked.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a log's signature, or puts it in the place of an older one by the same key.
    ///
    /// # Errors
    /// [`NoteError::Kind`] for a witness's key, [`NoteError::TooMany`].
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), NoteError> {
        if key.public().kind() != KeyKind::Log {
            return Err(NoteError::Kind { name: key.public().name().to_owned() });
        }
        self.put(key, key.sign(self.text.as_bytes()).to_vec())
    }

    /// Adds a witness's cosignature of the whole second `at`, or puts it in the place of an older one.
    ///
    /// The text must be a checkpoint's whose consistency with the last one the witness has checked itself.
    ///
    /// # Errors
    /// [`NoteError::Kind`] for a log's key, [`NoteError::Time`], [`NoteError::TooMany`].
    pub fn cosign(&mut self, key: &SigningKey, at: DateTime<Utc>) -> Result<(), NoteError> {
        if key.public().kind() != KeyKind::Witness {
            return Err(NoteError::Kind { name: key.public().name().to_owned() });
        }
        let seconds = at.timestamp();
        let unsigned = u64::try_from(seconds).map_err(|_| NoteError::Time { at })?;
        let mut bytes = unsigned.to_be_bytes().to_vec();
        bytes.extend_from_slice(&key.sign(cosigned(seconds, &self.text).as_bytes()));
        self.put(key, bytes)
    }

    /// The signatures of trusted keys, each good. Those of unknown keys are passed over, as the specification asks.
    ///
    /// # Errors
    /// [`NoteError::Forged`] where one by a trusted key does not fit, [`NoteError::Unsigned`] where there is none.
    pub fn verify<'k>(&self, keys: impl IntoIterator<Item = &'k VerifyingKey>) -> Result<Vec<Verified>, NoteError> {
        let mut good = Vec::new();
        for key in keys {
            for signature in self.signatures.iter().filter(|signature| signature.is_by(key)) {
                good.push(signature.verify(key, &self.text)?);
            }
        }
        if good.is_empty() { Err(NoteError::Unsigned) } else { Ok(good) }
    }

    fn put(&mut self, key: &SigningKey, bytes: Vec<u8>) -> Result<(), NoteError> {
        let public = key.public();
        let added = NoteSignature { name: public.name().to_owned(), key_id: public.id(), bytes };
        if let Some(older) = self.signatures.iter_mut().find(|signature| signature.is_by(public)) {
            *older = added;
        } else if self.signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooMany);
        } else {
            self.signatures.push(added);
        }
        Ok(())
    }
}

/// The note as it is written and sent.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for NoteSignature { name, key_id, bytes } in &self.signatures {
            writeln!(
                f,
                "{SIGNATURE_START}{name} {}",
                STANDARD.encode([&key_id.to_be_bytes(), bytes.as_slice()].concat())
            )?;
        }
        Ok(())
    }
}

/// What a witness signs (C2SP tlog-cosignature, "Ed25519 signed message").
fn cosigned(seconds: i64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') { Err(NoteError::Characters) } else { Ok(()) }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    check_characters(text)?;
    if text.ends_with('\n') { Ok(()) } else { Err(NoteError::Unended) }
}

#[cfg(test)]
mod tests;
