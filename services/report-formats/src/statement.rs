//! Statements of reasons for the Commission's Transparency Database: interface version 1, schema of July 2025.
//!
//! [`Statement`] is the typed form, [`build()`] makes one from a decision, and [`check_document`] judges anybody's JSON by
//! the database's own rules and by those that it leaves to the platform. The two never meet half way: what `build` returns
//! has passed the check.
//!
//! The checks are written out, not run from a JSON Schema by a library: a schema can neither order dates nor find an
//! address in a text, and what its errors say of `anyOf` and `if` tells nobody what to do.

mod batch;
mod build;
mod check;
mod codes;
mod document;
mod fault;
mod from_case;
mod json;
mod language;
pub mod outbox;
mod puid;

pub use batch::{Batch, BatchError, batches};
pub use build::{BuildError, Decision, build};
pub use check::{Checked, MAX_BATCH, MAX_DOCUMENT_BYTES, Sequence, check_document};
pub use codes::{AccountType, ContentType, Ground, SourceType, YesNo};
pub use document::{ContentId, Statement};
pub use domain::{
    Account, AutomatedDecision, Basis, Course, DecidedBy, FoundBy, Label, MemberState, Monetary, Provision,
    Restrictions, Scope, Seen, Source, Visibility,
};
pub use fault::{Code, Fault};
pub use from_case::{CaseError, Content};
pub use language::{LANGUAGES, Language};
pub use puid::{InvalidPuid, Puid};
