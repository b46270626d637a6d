//! The ingest service: sound of any source into chunks on Kafka, each identified at this first hop.
//!
//! [`plan()`] turns sources, flags and a `room.toml` into connections with wall times; [`run()`] opens an epoch for each
//! connection and plays it: decode and resample once, cut into chunks of a second, send in order, say how it ended.

mod chunks;
mod describe;
mod listeners;
mod patience;
mod plan;
mod play;
mod run;
mod send;

pub use describe::DescribeError;
pub use listeners::{ListenersError, read_steps};
pub use plan::{Attempted, Connection, Options, Piece, PlanError, RunPlan, Source, StreamPlan, plan};
pub use run::{Clock, IngestError, Pace, Progress, Report, StreamReport, Tools, run};
