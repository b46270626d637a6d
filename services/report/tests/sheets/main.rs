//! Reports over a random history in a real Postgres: recounted, checked, frozen, corrected.
#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod closed;
#[path = "../log/cluster.rs"]
#[expect(dead_code, reason = "the tests of the log use the rest")]
mod cluster;
mod recount;
mod report;
mod study;
mod world;
