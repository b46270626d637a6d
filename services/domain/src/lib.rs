//! The words of Earwitness as plain types: ids, stream time, chunks, windows, findings and flags, with their invariants.
//!
//! Nothing here knows a clock, a database or a network. Every other crate may depend on this one; this one depends on
//! none of them.
#![deny(missing_docs)]

mod audio;
mod closed;
mod flag;
mod ids;
mod statement;
mod time;
mod window;

pub use audio::{AudioBody, AudioRecord, MAX_CHUNK_SAMPLES};
pub use closed::{BetweenReason, Category, CoverageReason, CoverageState, FlagStatus, Hearing, Severity, UnknownName};
pub use flag::{Carrier, Finding, FindingRange};
pub use ids::{
    AuditEventId, AuditEventKind, FindingId, FindingKind, FlagId, FlagKind, InvalidName, RoomId, StreamId, StreamKind,
    StreamName, WindowId, WindowKind,
};
pub use statement::{StatementCategory, StatementKeyword};
pub use time::{Epoch, InvalidRange, SAMPLE_RATE_HZ, StreamRange, StreamTime};
pub use window::{EpochKey, HeardWindow, Interval, Provenance, Segment, TilingError, Word, check_tiling};
