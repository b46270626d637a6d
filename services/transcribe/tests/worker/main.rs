//! The service against a real broker and a real Postgres, through outages and losses of the log.
//!
//! All sound is silence, which no recogniser is asked about: what is tested is what becomes of it, not what is heard.
#![cfg(test)]

mod losses;
mod outage;
mod place;
