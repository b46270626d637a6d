//! The dossier as a document to read and print.

use crate::Dossier;

/// The document could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the dossier's document cannot be made: {why}")]
pub struct PdfError {
    /// What stands in the way.
    pub why: String,
}

/// The document as a PDF file; nothing, and no member of the bundle, while there is none.
///
/// # Errors
/// [`PdfError`] where it cannot be made.
pub fn render(_dossier: &Dossier) -> Result<Vec<u8>, PdfError> {
    Ok(Vec::new())
}
