//! Statements of reasons against a real Postgres and a stand-in for the Transparency Database on this machine.
#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod fixture;
mod reconciling;
mod sending;
mod stand_in;
