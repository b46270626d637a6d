//! The event dossier of one room: what aired, what we did, and how anyone can check it without us. Pure.
//!
//! [`Dossier`] is everything that a bundle says, from rows alone. A bundle is a zip archive of it in several forms, with
//! the room's audit events and their proofs, a manifest of all members and a signature over that. [`write()`] makes one,
//! [`verify()`] checks one: its hashes and signatures, every proof, and the record against itself, against the members
//! that follow from it, and against the events.
#![deny(missing_docs)]

pub mod account;
mod audit;
mod bundle;
mod manifest;
mod members;
pub mod model;
pub mod page;
mod verify;

pub use audit::{Audit, KeysError, LogKey, ProvedEvent};
pub use bundle::{BundleError, Parts, write};
pub use model::Dossier;
pub use verify::{Check, Code, Difference, Verdict, verify};
