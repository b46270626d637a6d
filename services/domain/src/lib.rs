//! The words of Earwitness as plain types with their invariants: what is heard, what is found, what people decide.
//!
//! Ids, stream time, chunks, windows, findings and flags; cases and decisions; and the law's objects as state machines:
//! notices, orders, complaints, disputes, escalations, suspensions.
//!
//! Article numbers without a name are those of Regulation (EU) 2022/2065, the Digital Services Act. An object's history is
//! the list of its steps, only ever added to; its state is what they come to. The tables of states are our own few
//! lines: crates for state machines own the object and its loop, while here a step is a function of what was recorded.
//!
//! Articles 9, 10, 14, 22 and 23, and Article 14(5) of Regulation (EU) 2021/784, are followed in substance, not by the
//! letter: check their words, and their paragraphs' numbers, before quoting them from here.
//!
//! Nothing here knows a clock, a database or a network. Every other crate may depend on this one; this one depends on
//! none of them.
#![deny(missing_docs)]

mod audio;
mod basis;
pub mod case;
mod chain;
mod closed;
pub mod complaint;
mod course;
mod deadline;
mod decision;
pub mod dispute;
pub mod escalation;
mod flag;
mod ids;
mod label;
mod machine;
pub mod notice;
pub mod order;
mod restriction;
mod source;
mod statement;
pub mod suspension;
mod time;
mod trail;
mod window;

pub use audio::{AudioBody, AudioRecord, MAX_CHUNK_SAMPLES};
pub use basis::{Basis, Clause};
pub use chain::{Chain, ChainError, Tally};
pub use closed::{BetweenReason, Category, CoverageReason, CoverageState, FlagStatus, Hearing, Severity, UnknownName};
pub use course::{AutomatedDecision, Course, DecidedBy, FoundBy, Seen};
pub use deadline::{Aims, Binding, Deadline, Standing};
pub use decision::{Decision, DecisionError, Maker, Measure, Occasion, Outcome, Replaces};
pub use flag::{Carrier, Finding, FindingRange};
pub use ids::{
    AccountId, AuditEventId, AuditEventKind, CaseId, CaseKind, ComplaintId, ComplaintKind, DecisionId, DecisionKind,
    DisputeId, DisputeKind, EscalationId, EscalationKind, FindingId, FindingKind, FlagId, FlagKind, InvalidName,
    NoticeId, NoticeKind, OrderId, OrderKind, ReviewerId, RoomId, StreamId, StreamKind, StreamName, SuspensionId,
    SuspensionKind, WindowId, WindowKind,
};
pub use label::Label;
pub use machine::{Event, History, Object, Refusal, States};
pub use restriction::{Account, MemberState, Monetary, Provision, Restrictions, Scope, Visibility};
pub use source::{PRIORITIES, Source, SourceKind};
pub use statement::{StatementCategory, StatementKeyword};
pub use time::{Epoch, InvalidRange, SAMPLE_RATE_HZ, StreamRange, StreamTime};
pub use trail::{Encounter, Trail, TrailError, Way};
pub use window::{EpochKey, HeardWindow, Interval, Provenance, Segment, TilingError, Word, check_tiling};
