//! The database: queries, migrations, leases, outbox. The only crate that names sqlx.
//!
//! **The database is the truth.** What a stage did and how far it read commit together, under a lease that fences the
//! owner before ([`Lease`]); whatever is sent again after a crash finds its rows and changes nothing. Every change of
//! state appends its audit event in the same transaction, in the name of the [`Actor`] of the [`Store`] it went
//! through. Positions, leases, the outbox and what is known to be durable are plumbing and leave no event.
//!
//! Ids, ranges and states come and go as types of `domain`; no type of sqlx is in the interface. Wall times are kept
//! in microseconds. Text from outside loses its NUL characters, which Postgres cannot hold.
//!
//! SQL stands in `queries/<entity>/<verb>.sql` and is checked against a migrated database when the crate is compiled,
//! or against `.sqlx/` where there is none, which is how it is built everywhere. After a change of a query or a
//! migration, `cargo xtask generate` writes `.sqlx/` anew: it starts a Postgres, migrates it, empties the folder and
//! runs `SQLX_OFFLINE_DIR=services/store/.sqlx DATABASE_URL=… cargo check -p store`. sqlx is used, and no mapper above
//! it, because the transaction *is* the design here and must be read as SQL.
#![deny(missing_docs)]

mod activity;
mod actor;
mod audit;
mod audit_log;
mod bootstrap;
mod closed;
mod connect;
mod context;
mod duty;
mod epoch;
mod error;
mod evidence;
mod json;
mod lease;
mod outbox;
mod population;
mod provenance;
mod read;
mod retention;
mod room;
mod rows;
mod schema;
mod screening;
mod statement;
mod study;
mod window;

pub use activity::{
    Activity, AppealCount, Appeals, Correction, Export, ExposureCount, Freeze, LabelCodes, LanguageCount, MeasureCount,
    NewExport, NoticeCount, OrderCount, Part,
};
pub use actor::Actor;
pub use audit_log::{
    AuditAppend, AuditCheckpoint, AuditCosignature, AuditHead, AuditKey, AuditLeaf, AuditStamp, LoggedEvent, NewLeaf,
};
pub use bootstrap::{Urls, bootstrap_embedded};
pub use closed::{AttemptResult, EpochEnd, ModelKind};
pub use connect::{Options, Store};
pub use context::{Context, ContextWord};
pub use duty::{CaseFile, ComplaintDecision, Due, DutyError, Kept, Loaded, NewCase, NewDecision, Place};
pub use epoch::{EpochState, NewEpoch};
pub use error::{RowError, StoreError};
pub use evidence::{
    AbsentReason, ClipLine, ClipOutcome, ClipSound, ClipState, Custody, CustodyEpoch, CustodyEvent, CustodySegment,
    CustodyWindow, DueClip, KeptSound, NewClip, StoredKey,
};
pub use lease::{Claim, DeadLetter, Lease};
pub use outbox::{OutboxBatch, OutboxRecord};
pub use population::{Frame as PopulationFrame, Member, PopulationOf};
pub use provenance::LoadedModel;
pub use read::{
    Between, Coverage, EpochAbout, EpochCoverage, EpochRun, FindingLine, FindingRecord, FlagLine, FlagRecord, Health,
    HeardLine, IntervalLine, RoomAbout, RoomLine, RoomRecord, RoomShow, ScreenedRecord, Seconds, SegmentRecord,
    SettingRecord, StreamCoverage, TranscriptLine, WindowRecord, WordLine,
};
pub use retention::{DeletionClass, DeletionLine, EraseTarget, Erasure, Hold, KeptBy, KeptThings, SweepDue, SweepRule};
pub use room::{AccessAttempt, ListenerStep, RoomChange, RoomDescription};
pub use schema::{Migration, SchemaState, migrate};
pub use screening::{FlagChange, Screening};
pub use statement::{NewStatement, Saved, SenderState, Sending, StatementLine};
pub use study::{NewStudy, Study, StudyCount, StudyItem};
pub use window::{FinishedEpoch, NewWindow, Stored};
