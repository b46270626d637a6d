//! Decisions as the documents that the law asks for: statements of reasons. Pure.
#![deny(missing_docs)]

pub mod statement;
