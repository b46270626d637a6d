//! What people read off a dossier, for those who show it: the axis of wall time, who failed when, the words of a flag,
//! and how times and numbers are told.
//!
//! Nothing here is in the record; all of it follows from it.

mod axis;
mod decided;
mod gaps;
mod lanes;
mod said;
mod told;

pub use axis::{Axis, Tick, wall};
pub use decided::{decision_told, exposure_told, flag_decisions};
pub use gaps::{Gap, Side, between_meaning, gaps, reason_meaning, reason_side};
pub use lanes::{BETWEEN, Lane, LaneSpan, columns, lanes};
pub use said::{HeardWord, NumberedFlag, numbered_flags, words_around};
pub use told::{brief, clock, day, grouped, length, length_of, moment, seconds, stretch, visible};
