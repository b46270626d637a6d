//! Whom a verifier believes: the log's keys over time, and how many witnesses.

use crate::checkpoint::SignedCheckpoint;
use crate::key::{KeyKind, VerifyingKey};
use crate::note::{NoteError, Verified};
use crate::rotation::{Rotation, RotationError};

/// What a verifier knew before it saw the log: its origin, its keys, its witnesses.
#[derive(Clone, Debug)]
pub struct Trust {
    origin: String,
    first_key: VerifyingKey,
    /// The first size at which each later key signs, rising.
    later_keys: Vec<(u64, VerifyingKey)>,
    witnesses: Vec<VerifyingKey>,
    quorum: usize,
}

/// What the signatures of a checkpoint showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The log's own.
    pub log: Verified,
    /// Those of trusted witnesses, one each.
    pub witnesses: Vec<Verified>,
}

/// A checkpoint that is not to be believed, or a trust that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Another log's.
    #[error("the checkpoint is of the log {found:?}, not {expected:?}")]
    Origin {
        /// The log that is trusted.
        expected: String,
        /// The log it is of.
        found: String,
    },
    /// The key in force at this size did not sign it.
    #[error("the checkpoint of size {size} is not soundly signed by the log's key {key}")]
    Log {
        /// The checkpoint's size.
        size: u64,
        /// The vkey in force at that size.
        key: String,
        /// Why.
        #[source]
        source: NoteError,
    },
    /// A trusted witness's signature does not fit.
    #[error("a cosignature of the checkpoint of size {size} is not sound")]
    Witness {
        /// The checkpoint's size.
        size: u64,
        /// Why.
        #[source]
        source: NoteError,
    },
    /// Fewer witnesses than asked for.
    #[error("{found} trusted witnesses have signed the checkpoint of size {size}, not {quorum}")]
    Quorum {
        /// The checkpoint's size.
        size: u64,
        /// How many are asked for.
        quorum: usize,
        /// How many there are.
        found: usize,
    },
    /// A log's key where a witness's is wanted, or the other way round.
    #[error("the key {name:?} is of the wrong kind")]
    Kind {
        /// The key's name.
        name: String,
    },
    /// More witnesses asked for than there are.
    #[error("{quorum} of {witnesses} witnesses cannot be had")]
    Unreachable {
        /// How many are asked for.
        quorum: usize,
        /// How many are known.
        witnesses: usize,
    },
}

impl Trust {
    /// Believes checkpoints of the log `origin` that `key` has signed.
    ///
    /// # Errors
    /// [`TrustError::Kind`] for a witness's key.
    pub fn new(origin: &str, key: VerifyingKey) -> Result<Self, TrustError> {
        if key.kind() != KeyKind::Log {
            return Err(TrustError::Kind { name: key.name().to_owned() });
        }
        let origin = origin.to_owned();
        Ok(Self { origin, first_key: key, later_keys: Vec::new(), witnesses: Vec::new(), quorum: 0 })
    }

    /// Asks for cosignatures of at least `quorum` of `witnesses` too. One that does not fit is an error in any case.
    ///
    /// # Errors
    /// [`TrustError::Kind`] for a log's key, [`TrustError::Unreachable`].
    pub fn with_witnesses(self, mut witnesses: Vec<VerifyingKey>, quorum: usize) -> Result<Self, TrustError> {
        if let Some(wrong) = witnesses.iter().find(|key| key.kind() != KeyKind::Witness) {
            return Err(TrustError::Kind { name: wrong.name().to_owned() });
        }
        // One key under two names is one witness: its signature does not cover the name.
        witnesses.sort_by_key(|key| *key.bytes());
        witnesses.dedup_by_key(|key| *key.bytes());
        if quorum > witnesses.len() {
            return Err(TrustError::Unreachable { quorum, witnesses: witnesses.len() });
        }
        Ok(Self { witnesses, quorum, ..self })
    }

    /// Follows a change of keys: from its size on the new key signs, and the old one no longer does.
    ///
    /// # Errors
    /// [`RotationError`] where the key in force did not sign the change, or an earlier change reaches further.
    pub fn rotate(&mut self, rotation: &Rotation) -> Result<(), RotationError> {
        let (since, current) = self.later_keys.last().map_or((0, &self.first_key), |(since, key)| (*since, key));
        rotation.check(&self.origin, since, current)?;
        self.later_keys.push((rotation.first_size(), rotation.new_key().clone()));
        Ok(())
    }

    /// Which log is believed.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that signs the checkpoint of this size.
    pub fn key_at(&self, size: u64) -> &VerifyingKey {
        self.later_keys.iter().rev().find(|(since, _)| *since <= size).map_or(&self.first_key, |(_, key)| key)
    }

    pub(crate) fn check(&self, signed: &SignedCheckpoint) -> Result<Witnessed, TrustError> {
        let (found, size) = (signed.checkpoint().origin(), signed.checkpoint().size());
        if found != self.origin {
            return Err(TrustError::Origin { expected: self.origin.clone(), found: found.to_owned() });
        }
        let key = self.key_at(size);
        let unsigned = |source| TrustError::Log { size, key: key.to_string(), source };
        let verified = signed.note().verify([key]).map_err(unsigned)?;
        let log = verified.into_iter().next().ok_or_else(|| unsigned(NoteError::Unsigned))?;
        let mut witnesses = Vec::new();
        for witness in &self.witnesses {
            match signed.note().verify([witness]) {
                Ok(verified) => witnesses.extend(verified.into_iter().next()),
                Err(NoteError::Unsigned) => {}
                Err(source) => return Err(TrustError::Witness { size, source }),
            }
        }
        if witnesses.len() < self.quorum {
            return Err(TrustError::Quorum { size, quorum: self.quorum, found: witnesses.len() });
        }
        Ok(Witnessed { log, witnesses })
    }
}

#[cfg(test)]
mod tests;
