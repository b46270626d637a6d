//! C2SP tlog-checkpoint: a signed note that says which root a log has at which size.

use std::fmt;

use crate::SigningKey;
use crate::line::{format_hash, parse_hash, parse_size};
use crate::merkle::{Hash, MAX_SIZE};
use crate::note::{Note, NoteError};
use crate::trust::{Trust, TrustError, Witnessed};

/// The head of a log: its root at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// A checkpoint that cannot be read or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no note.
    #[error("the checkpoint is no signed note")]
    Note(#[source] NoteError),
    /// Fewer than three lines.
    #[error("the checkpoint does not have an origin, a size and a root")]
    Lines,
    /// Empty, or more than one line.
    #[error("{origin:?} cannot be the origin of a log")]
    Origin {
        /// The origin given.
        origin: String,
    },
    /// Not decimal without leading zeros, or beyond what a tree may have.
    #[error("{found:?} is no size of a log")]
    Size {
        /// What stands there.
        found: String,
    },
    /// Not 32 bytes in base64.
    #[error("{found:?} is no root of a log")]
    Root {
        /// What stands there.
        found: String,
    },
    /// An empty line within the text.
    #[error("the checkpoint has an empty extension line")]
    Extension,
}

impl Checkpoint {
    /// The head of the log `origin`: one line of text, by custom a URL without scheme, and the name of the key.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`], [`CheckpointError::Size`].
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if origin.is_empty() || origin.contains(|c: char| c < ' ') {
            return Err(CheckpointError::Origin { origin: origin.to_owned() });
        }
        if size > MAX_SIZE {
            return Err(CheckpointError::Size { found: size.to_string() });
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a checkpoint, without signatures.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Lines);
        };
        let size = parse_size(size).ok_or_else(|| CheckpointError::Size { found: size.to_owned() })?;
        let root = parse_hash(root).ok_or_else(|| CheckpointError::Root { found: root.to_owned() })?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Extension);
        }
        Ok(Self { extensions, ..Self::new(origin, size, root)? })
    }

    /// Which log it is of.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// Lines of others below the root. We write none: nobody who watches a log can check them.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root, extensions } = self;
        writeln!(f, "{origin}\n{size}\n{}", format_hash(root))?;
        extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint under which signatures stand. It is to be believed only after [`SignedCheckpoint::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's key. A log must never sign two that are not consistent.
    ///
    /// # Errors
    /// [`NoteError::Kind`] for a witness's key.
    pub fn sign(checkpoint: Checkpoint, key: &SigningKey) -> Result<Self, NoteError> {
        let mut note = Note::new(&checkpoint.to_string())?;
        note.sign(key)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a checkpoint. Nothing is checked but its form.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes).map_err(CheckpointError::Note)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// The checkpoint, whoever signed it.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, to look at its signatures or to add one.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The note, to add a signature.
    pub fn note_mut(&mut self) -> &mut Note {
        &mut self.note
    }

    /// Checks origin, signature and cosignatures.
    ///
    /// # Errors
    /// [`TrustError`] says what is missing or forged.
    pub fn verify(&self, trust: &Trust) -> Result<Witnessed, TrustError> {
        trust.check(self)
    }
}

/// The note as it is written and sent.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests;
