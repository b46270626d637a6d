//! The event dossier of one room: what aired, what we did, and how anyone can check it without us. Pure.
//!
//! [`Dossier`] is everything that a bundle says, from rows alone. A bundle is a zip archive of it in several forms, with
//! the room's audit events and their proofs, a manifest of all members and a signature over that.
#![deny(missing_docs)]

pub mod model;
pub mod page;
pub mod pdf;

pub use model::Dossier;
