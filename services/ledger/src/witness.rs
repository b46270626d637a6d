//! What a log asks of a witness, and what it takes from the answer (C2SP tlog-witness, `add-checkpoint`).
//!
//! A witness signs a checkpoint only after it has seen a proof that the log grew out of the last one that it signed:
//! who believes the witness need not believe that the log shows everybody the same.

use crate::checkpoint::SignedCheckpoint;
use crate::key::{KeyKind, VerifyingKey};
use crate::line::{format_hash, parse_size};
use crate::merkle::Hash;
use crate::note::{Note, NoteError, Verified};

/// An answer that holds no cosignature that counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// It is no text, or no lines of signatures.
    #[error("the witness's answer holds no signature lines")]
    Form(#[source] Option<NoteError>),
    /// The witness has not signed, or what it signed is something else.
    #[error("the witness's answer holds no sound cosignature by {name:?}")]
    Unsound {
        /// The witness, by its key's name.
        name: String,
        /// Why.
        #[source]
        source: NoteError,
    },
}

/// A cosignature of one witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The signature line, with its newline: appended to the checkpoint's note it can be checked by any tool.
    pub line: String,
    /// Who signed, and when.
    pub by: Verified,
}

/// The body of a request to `POST …/add-checkpoint`: `proof` leads from the `old` size, which the witness signed last (0
/// if none; the proof is empty then), to the checkpoint.
pub fn add_checkpoint_request(old: u64, proof: &[Hash], checkpoint: &SignedCheckpoint) -> String {
    let lines: String = proof.iter().map(|hash| format_hash(hash) + "\n").collect();
    format!("old {old}\n{lines}\n{checkpoint}")
}

/// The size that a witness names when it refuses with status 409: the one that it signed last.
pub fn size_signed_last(answer: &[u8]) -> Option<u64> {
    parse_size(std::str::from_utf8(answer).ok()?.strip_suffix('\n')?)
}

/// The witness's cosignature in an answer of status 200. Lines of other keys are passed over.
///
/// # Errors
/// [`WitnessError`] where there is none, or it does not fit the checkpoint.
pub fn cosignature(
    checkpoint: &SignedCheckpoint,
    answer: &[u8],
    witness: &VerifyingKey,
) -> Result<Cosignature, WitnessError> {
    let unsound = |source| WitnessError::Unsound { name: witness.name().to_owned(), source };
    if witness.kind() != KeyKind::Witness {
        return Err(unsound(NoteError::Kind { name: witness.name().to_owned() }));
    }
    let lines = std::str::from_utf8(answer).map_err(|_| WitnessError::Form(None))?;
    let note = format!("{}\n{lines}", checkpoint.note().text());
    let note = Note::parse(note.as_bytes()).map_err(|source| WitnessError::Form(Some(source)))?;
    // The text of a note ends at its last empty line: lines that hold one are no signatures.
    if note.text() != checkpoint.note().text() {
        return Err(WitnessError::Form(None));
    }
    let by = note.verify([witness]).map_err(unsound)?.swap_remove(0);
    let own = note.signatures().iter().zip(lines.lines());
    let line = own.filter(|(signature, _)| signature.is_by(witness)).map(|(_, line)| format!("{line}\n")).next();
    Ok(Cosignature { line: line.ok_or_else(|| unsound(NoteError::Unsigned))?, by })
}

#[cfg(test)]
mod tests;
