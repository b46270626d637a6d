//! Statements of reasons: built from decisions, sent to the Transparency Database, compared with what it made public.
//!
//! What a statement is, and what the ledger of sending does next, is `report-formats`' and pure; here are the rows, the
//! calls and their order. What goes out is saved as going out before, so that a crash at any point leaves statements that
//! are asked for before they are sent again.
//!
//! The client is `ureq` (blocking, on tokio's threads for such work): it is in the build already for the fetching of
//! models, and one call at a time is all that the other side's rules allow.

mod build;
mod client;
mod reconcile;
mod sender;

pub use build::{Built, Unbuilt, build_statements};
pub use client::{Client, ClientError, Reply};
pub use reconcile::{Difference, ReconcileError, Reconciled, reconcile};
pub use sender::{Progress, SendError, Sender, next_calls, retry};
