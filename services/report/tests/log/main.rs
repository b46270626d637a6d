//! The log against a real Postgres: written, cut short anywhere, tampered with, and checked.
#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod cluster;
mod dossier;
mod parties;
mod rotation;
mod tampered;
mod vouched;
mod written;
