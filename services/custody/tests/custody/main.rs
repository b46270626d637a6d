//! Clips from a real log into a real database and a folder: cut, checked, lost, killed, erased.
#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod clips;
mod ends;
mod place;
