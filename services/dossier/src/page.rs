//! The dossier as a page that opens offline in any browser.

use crate::Dossier;

/// The page could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the dossier's page cannot be made: {why}")]
pub struct PageError {
    /// What stands in the way.
    pub why: String,
}

/// The page's files, as path inside the bundle and bytes; none while there is no page.
///
/// # Errors
/// [`PageError`] where it cannot be made.
pub fn render(_dossier: &Dossier) -> Result<Vec<(String, Vec<u8>)>, PageError> {
    Ok(Vec::new())
}
