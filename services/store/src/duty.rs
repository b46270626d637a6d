//! Cases, decisions, and what the law asks for around them: read with all that happened, changed step by step.
//!
//! An object is what it was when it came, and its steps since. To change one, its history is read, `domain` says whether
//! the step is possible, and the row of the step goes in with its audit event in one transaction. The number of the step
//! is its key, so that of two writers the second is refused; it then reads again and tries once more. What follows from
//! the record (the part of machines in a decision, what it means for a notice, what a reviewer saw) is never an argument.
//!
//! The audit event of a step holds a salted hash of the step's words, not the words.

mod case;
mod complaint;
mod deadlines;
mod decision;
mod dispute;
mod error;
mod escalation;
pub(crate) mod kept;
mod notice;
mod order;
mod suspension;

pub use case::{CaseFile, NewCase, NewDecision, Place};
pub use complaint::ComplaintDecision;
pub use deadlines::Due;
pub use error::DutyError;
pub use kept::{Kept, Loaded};
