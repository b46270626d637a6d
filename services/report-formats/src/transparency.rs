//! The harmonised transparency report of Implementing Regulation (EU) 2024/2835: eleven sheets, made and checked.
//!
//! * [`Report::of`] turns an [`activity::Activity`] (plain counts) into typed rows; [`write::files`] turns those into CSV.
//! * [`version`] makes a corrected version and says what changed (Annex II, part I, 5).
//! * [`check`] reads anyone's sheets and names each deviation with its file, row and column.
//! * [`measure`] holds the statistics: intervals of accuracy, precision and recall, and exposure.
//!
//! # Choices
//! `csv` writes; reading is our own scanner ([`check`]), because a validator must *see* the bare quote, the ragged row and
//! the lone line feed that a good reader forgives. `calamine` reads workbooks, cell by cell, so that a hostile one cannot
//! ask for a grid of a billion cells; `zip` opens archives under a cap on what comes out; `encoding_rs` knows what
//! spreadsheet programs save besides UTF-8.
//!
//! # What the regulation leaves open
//! * Files have no prescribed name: the Commission's sheet names are used, and any name is read.
//! * A median or rate of nothing stays blank here; filers write 0 too, and the check takes both.
//! * Greece is `EL` here as at Eurostat; filers write `GR`, and the check takes both.
//! * One measure may have several restrictions, so restrictions may sum to more than measures, never to fewer.
//! * The template's blocks of Member States lack `KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE`, which the block of totals
//!   has. It is written in each, since sub-categories must sum to their category, and the check takes both.

pub mod activity;
pub mod build;
pub mod categories;
pub mod check;
pub mod measure;
pub mod report;
pub mod rows;
pub mod sheet;
pub mod version;
pub mod write;

pub use build::BuildError;
pub use report::Report;
pub use sheet::Sheet;

#[cfg(test)]
mod fixture;
