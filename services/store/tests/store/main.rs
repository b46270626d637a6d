//! The store against a real Postgres: one private cluster for the process, a fresh database for each test.
#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod audit;
mod cluster;
mod decision;
mod duty;
mod evidence;
mod fixture;
mod ingest;
mod listing;
mod outage;
mod outbox;
mod positions;
mod reading;
mod replay;
mod schema;
mod screening;
mod windows;
