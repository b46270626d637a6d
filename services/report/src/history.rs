//! The keys of the log over time, from the rows that tell of them.

use ledger::{KeyError, Rotation, RotationError, Trust, TrustError, VerifyingKey};
use store::AuditKey;

/// Keys that do not follow from each other.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The log has no key.
    #[error("the audit log has no key")]
    None,
    /// A key cannot be read.
    #[error("the audit log's key from size {first_size} on cannot be read")]
    Key {
        /// The first size that it signs.
        first_size: u64,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// A key that signs no log.
    #[error("the audit log's first key is of the wrong kind")]
    Kind(#[source] TrustError),
    /// The note in which the key before names it does not hold.
    #[error("the audit log's key from size {first_size} on is not the one that the key before it named")]
    Rotation {
        /// The first size that it signs.
        first_size: u64,
        /// Why; none where the note names another key or size.
        #[source]
        source: Option<RotationError>,
    },
}

/// What these keys let one believe, each in its time.
///
/// # Errors
/// [`HistoryError`] names the first key that does not follow from the one before.
pub fn trust(keys: &[AuditKey]) -> Result<Trust, HistoryError> {
    let (first, later) = keys.split_first().ok_or(HistoryError::None)?;
    let mut trust = first_trust(first)?;
    for key in later {
        let first_size = key.first_size;
        let refused = |source| HistoryError::Rotation { first_size, source };
        let note = key.rotation.as_deref().ok_or_else(|| refused(None))?;
        let rotation = Rotation::parse(note.as_bytes()).map_err(|source| refused(Some(source)))?;
        if rotation.first_size() != first_size || rotation.new_key().to_string() != key.vkey {
            return Err(refused(None));
        }
        trust.rotate(&rotation).map_err(|source| refused(Some(source)))?;
    }
    Ok(trust)
}

/// What the first key alone lets one believe.
pub(crate) fn first_trust(first: &AuditKey) -> Result<Trust, HistoryError> {
    let read = VerifyingKey::parse(&first.vkey);
    let key = read.map_err(|source| HistoryError::Key { first_size: first.first_size, source })?;
    let origin = key.name().to_owned();
    Trust::new(&origin, key).map_err(HistoryError::Kind)
}
