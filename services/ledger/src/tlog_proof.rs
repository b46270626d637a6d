//! C2SP tlog-proof: one file that shows, offline, that a leaf is in a log.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::line::{format_hash, parse_hash, parse_size};
use crate::merkle::{Hash, ProofError, verify_inclusion};
use crate::trust::{Trust, TrustError, Witnessed};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The longest proof file that is read, in bytes: a note and as much again.
pub const MAX_PROOF_BYTES: usize = 2 << 20;

/// A tree has at most this many levels, and a proof as many hashes.
const MAX_HASHES: usize = 63;

/// A leaf's way to the root of a checkpoint. It is to be believed only after [`TlogProof::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// What an application adds. No signature covers it.
    pub extra: Option<Vec<u8>>,
    /// The leaf's place in the log, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling up.
    pub hashes: Vec<Hash>,
    /// The head of the log that the proof leads to.
    pub checkpoint: SignedCheckpoint,
}

/// A proof file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Longer than [`MAX_PROOF_BYTES`].
    #[error("the proof is longer than {MAX_PROOF_BYTES} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the proof is not UTF-8 text")]
    Characters,
    /// Another first line.
    #[error("the proof does not begin with {HEADER:?}")]
    Header,
    /// The extra data is not in base64.
    #[error("the extra data of the proof is not in base64")]
    Extra,
    /// No `index` with a number.
    #[error("the proof has no line with the leaf's index")]
    Index,
    /// A line that is no hash, or one too many.
    #[error("line {line} of the proof's hashes is not 32 bytes in base64, or one of more than {MAX_HASHES}")]
    Hash {
        /// Counted from 1.
        line: usize,
    },
    /// No empty line before a checkpoint.
    #[error("the proof ends without a checkpoint")]
    NoCheckpoint,
    /// The checkpoint cannot be read.
    #[error("the proof's checkpoint cannot be read")]
    Checkpoint(#[source] CheckpointError),
}

/// A proof that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// The checkpoint is not to be believed.
    #[error("the proof's checkpoint is not to be believed")]
    Trust(#[source] TrustError),
    /// The leaf is not where the proof says.
    #[error("the proof does not show the leaf")]
    Inclusion(#[source] ProofError),
}

impl TlogProof {
    /// Reads a proof file. Nothing is checked but its form.
    ///
    /// # Errors
    /// [`TlogProofError`] says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(TlogProofError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TlogProofError::Characters)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(TlogProofError::NoCheckpoint)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(TlogProofError::Header);
        }
        let mut next = lines.next();
        let encoded = next.and_then(|line| line.strip_prefix("extra "));
        let extra = encoded.map(|text| STANDARD.decode(text).map_err(|_| TlogProofError::Extra)).transpose()?;
        if extra.is_some() {
            next = lines.next();
        }
        let index = next.and_then(|line| parse_size(line.strip_prefix("index ")?)).ok_or(TlogProofError::Index)?;
        let read = |(at, line)| {
            let hash = if at < MAX_HASHES { parse_hash(line) } else { None };
            hash.ok_or(TlogProofError::Hash { line: at + 1 })
        };
        let hashes = lines.enumerate().map(read).collect::<Result<_, _>>()?;
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(TlogProofError::Checkpoint)?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Checks that the leaf with this hash is in the log: signature, cosignatures and inclusion.
    ///
    /// # Errors
    /// [`NotProved`] says what does not hold.
    pub fn verify(&self, leaf: &Hash, trust: &Trust) -> Result<Witnessed, NotProved> {
        let witnessed = self.checkpoint.verify(trust).map_err(NotProved::Trust)?;
        let head = self.checkpoint.checkpoint();
        verify_inclusion(leaf, self.index, head.size(), &self.hashes, head.root()).map_err(NotProved::Inclusion)?;
        Ok(witnessed)
    }
}

/// The file.
impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", format_hash(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
