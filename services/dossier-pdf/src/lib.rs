//! The dossier as a PDF: a document to read, print and hand over, which says what the record says and nothing more.
//!
//! **Typst** sets it, as a library (`typst`, `typst-layout`, `typst-pdf`): it breaks lines and pages, shapes every script
//! that the fonts know, repeats the heads of tables, and writes tags, bookmarks and PDF/A by itself. The layer under it,
//! `krilla`, would leave all of that to us.
//!
//! - The template is ours (`template/*.typ`), and holds the words that stand in every dossier. What a room said comes in
//!   as a JSON file that the template reads: text from outside is never markup.
//! - No file, network, clock or system font is reached: the fonts are linked in, the date and the document's id come
//!   from the dossier. The same dossier gives the same bytes.
//! - The file is PDF/A-2a and PDF/UA-1 at once: tagged, with a language, a title and alternative texts.
//! - The fonts cover Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and Georgian. A character that they lack is marked
//!   `▯` and counted, never dropped: the transcript files hold it.
//! - Building it costs about 14 minutes of CPU from nothing (release, two busy cores), 4 of them for `typst-library`: it has
//!   no features to cut. Tests and benches take no library that asks for other features of what Typst depends on, since
//!   all of it would then be built twice.
//! - Three hours with 1,000 flags: 276 pages in 2.7 s of CPU and 0.6 GB of memory.
//! - Long lists end at a stated number, and say how many more there are and in which file.
#![deny(missing_docs)]

mod document;
mod script;
mod view;

use dossier::Dossier;

/// The document could not be made. Each is a fault of ours: no dossier that can be read should bring one about.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The template does not set what it is given.
    #[error("the dossier's PDF cannot be set: {what}")]
    Set {
        /// What the typesetter says.
        what: String,
    },
    /// What was set cannot be written under the standards.
    #[error("the dossier's PDF cannot be written as PDF/A-2a and PDF/UA-1: {what}")]
    Write {
        /// What the writer says.
        what: String,
    },
}

/// The dossier as one PDF file; the same dossier gives the same bytes.
///
/// # Errors
/// [`PdfError`] where it cannot be made.
pub fn render(dossier: &Dossier) -> Result<Vec<u8>, PdfError> {
    let identity = format!("{} {} {}", dossier.pin.origin, dossier.pin.size, dossier.room.room);
    document::write(data(dossier), identity, dossier.product.clone())
}

/// What the template reads.
fn data(dossier: &Dossier) -> Vec<u8> {
    view::of(dossier, &script::Scribe::new(document::fonts())).to_string().into_bytes()
}

#[cfg(test)]
mod tests;
