//! The transcription service: chunks from Kafka, windows to Postgres, one transaction a window.
//!
//! A single task owns all state of the epochs of its partitions: it takes records, cuts windows, gives them to the
//! recogniser's processes in order of arrival, and stores what was heard in order of stream time. The stored position
//! of a partition is that of the oldest record that an unstored window still needs, so that a crash at any instant
//! replays, and the window's key absorbs the replay.

mod epoch;
mod hear;
mod log_end;
mod partition;
mod positions;
mod settings;
mod worker;

pub use hear::{Draft, hear};
pub use settings::{Clock, Settings, WindowLength};
pub use worker::{Tools, TranscribeError, run};
