//! Bundles of a small room: made, checked, and changed in every way that we could think of.
#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod archive;
mod events;
mod hostile;
mod room;
mod sound;
mod stock_tools;
mod tampered;
