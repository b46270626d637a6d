//! The screening service: windows from Kafka, rules and classifier over their words, flags to Postgres.
//!
//! Windows of a stream come in order. Each is screened together with the words before it, read from the database, so
//! that a phrase over a seam is seen and a replay sees the same. A finding's identity is a function of its range, so
//! that a replay changes nothing; flags and position commit in one transaction.

mod findings;
mod settings;
mod worker;

pub use settings::{Clock, Screener, Settings};
pub use worker::{ScreenError, Tools, run};
