//! A change of the key that signs: the old key's last word, in the log before the new key's first.

use chrono::{DateTime, Utc};
use ledger::{Rotation, RotationError};
use store::{Store, StoreError};

use crate::{
    history::HistoryError,
    key_file::{KeyFile, KeyFileError},
    sequencer::{SequencerError, Writer, add, sign},
};

/// Events that are given their places at once before the change.
const BATCH: u32 = 1_000;

/// The key was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The log cannot be taken up.
    #[error("the key of the audit log is not changed")]
    Log(#[from] SequencerError),
    /// The old key's word cannot be given.
    #[error("the change of keys cannot be signed")]
    Rotation(#[from] RotationError),
    /// The new key cannot be kept.
    #[error("the new key cannot be kept")]
    Key(#[from] KeyFileError),
    /// The rows cannot be written.
    #[error("the change of keys cannot be stored")]
    Store(#[from] StoreError),
}

/// Replaces the key: the log up to now is brought up to date, the old key names the new one in an event, and the new one
/// signs the head with that event in it. The old key is gone from its file afterwards.
///
/// # Errors
/// [`RotateError`]; the old key stays in force, unless the database took the change without saying so, in which case the
/// file's next use finds the new one.
pub async fn rotate(store: &Store, key_file: &KeyFile, now: DateTime<Utc>) -> Result<Rotation, RotateError> {
    // The lock is waited for, so it is there.
    let no_log = || SequencerError::History(HistoryError::None);
    let mut append = store.append_to_audit_log(true).await?.ok_or_else(no_log)?;
    let mut head = append.head().await?;
    if head.keys == 0 {
        return Err(no_log().into());
    }
    let Writer { mut edge, key: old, .. } = Writer::load(store, key_file, &mut append, head.clone(), now).await?;
    loop {
        let leaves = append.waiting(BATCH).await?;
        if leaves.is_empty() {
            break;
        }
        add(&mut append, &mut edge, &leaves).await?;
    }
    let origin = old.public().name().to_owned();
    let new = key_file.make_next(&origin)?;
    let first_size = edge.size() + 1;
    let rotation = Rotation::sign(&origin, first_size, &old, &new)?;
    let event = append.add_key(first_size, &new.public().to_string(), Some(&rotation.to_string()), now).await?;
    add(&mut append, &mut edge, &[event]).await?;
    sign(&mut append, &mut head, &edge, &new, now).await?;
    append.commit().await?;
    key_file.adopt_next()?;
    Ok(rotation)
}
