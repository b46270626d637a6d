//! What is handed to others: the log over the audit events, kept, checked and proved; statements of reasons, sent.
//!
//! The tree, the notes and the proofs are `ledger`'s, the rows are `store`'s; here is who writes when. One writer at a
//! time holds the database's lock, compares the head with the one that it remembers, and adds leaves, nodes and
//! checkpoint in one transaction: a crash leaves all or nothing of it. What differs from the last that was signed is
//! never signed over.
#![deny(missing_docs)]

mod check;
mod dossier;
mod history;
mod key_file;
pub mod population;
mod proof;
pub mod reperform;
mod rotate;
pub mod sample;
mod sequencer;
pub mod sheets;
pub mod statements;
pub mod study;
mod vouch;

pub use check::{CheckError, Found, Known, Verdict, Vouched, check_tail, verify};
pub use dossier::{Clips, DossierError, DossierRequest, dossier};
pub use history::{HistoryError, trust};
pub use key_file::{KeyFile, KeyFileError};
pub use proof::{ProveError, prove};
pub use rotate::{RotateError, rotate};
pub use sequencer::{Clock, Sequencer, SequencerError};
pub use vouch::{Authority, HttpError, Round, VouchError, Vouching, Witness};
