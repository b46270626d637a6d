//! Reads anyone's sheets and names each deviation from Annexes I and II with its file, row and column.
//!
//! What a reader can understand is checked as if it were written right, and the way it was written is a finding of its own:
//! a `;` between fields or a thousands separator hides no wrong sum. A cell that cannot be understood is named once and
//! left out of every sum.
//!
//! # Pointers
//! `/ROW/COLUMN` by RFC 6901: ROW counts as spreadsheet programs do, the header being 1; COLUMN is the template's title,
//! trimmed. `/ROW` is a whole row, `/1/COLUMN` a column, the empty pointer the whole file, and `/-` a row that is missing.
//!
//! # Faults and remarks
//! A fault contradicts the regulation or the sheet itself. A remark is what may be right but deserves a look, and what
//! could not be checked.

mod archive;
mod cells;
mod csv;
mod decode;
mod fault;
mod header;
mod identity;
mod indicators;
mod lines;
mod number;
mod set;
mod sums;

pub use fault::{Code, Fault, Findings};
pub use set::{Completeness, Source, check};

#[cfg(test)]
mod tests;
