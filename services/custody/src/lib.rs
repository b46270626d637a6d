//! The keeping of evidence: clips are cut for flags, checked, kept as long as they may be, and erased.
//!
//! - [`run`] cuts a clip for each flag that has none of its range, from the audio topic. The object is durable before its
//!   row; a crash in between leaves an object that [`sweep_orphans`] removes, and the clip is cut again.
//! - [`check`] reads every clip back: object, seal, samples, the checksums of the chunks, and the audit event.
//! - [`sweep`] erases by age, [`erase`] on request. The rows end first, the objects after: should that be cut short, they
//!   are orphans.
#![deny(missing_docs)]

mod check;
mod cut;
mod locate;
mod retention;
mod run;

pub use check::{CheckError, Checked, Difference, check};
pub use retention::{Retention, Swept, erase, sweep, sweep_daily, sweep_orphans};
pub use run::{Clock, Settings, Tools, run};

use store::StoreError;

/// Why evidence could not be made or ended.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The database refuses or is away.
    #[error("the rows of the evidence cannot be read or written")]
    Store(#[from] StoreError),
    /// The audio topic cannot be read.
    #[error("the sound cannot be read from its topic")]
    Bus(#[from] bus::BusError),
    /// The objects cannot be reached.
    #[error("the clips cannot be reached")]
    Vault(#[from] evidence::VaultError),
    /// A room's key cannot be made or opened.
    #[error("the key of a room cannot be used")]
    Key(#[from] evidence::KeyError),
    /// What describes a clip has no form: a bug.
    #[error("a clip cannot be described")]
    Describe(#[from] serde_json::Error),
}
