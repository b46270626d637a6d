//! Decisions in the forms that the law prescribes: statements of reasons and transparency sheets.
//!
//! Pure: bytes and numbers in, bytes and findings out.
#![deny(missing_docs)]

pub mod statement;
pub mod transparency;
