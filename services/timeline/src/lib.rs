//! Chunks into windows and spans, words over seams, and coverage intervals: pure, no clock and no I/O.
//!
//! The life of a stretch of sound here: [`Windower`] cuts the records of an epoch into windows that tile it;
//! [`speech`] says where in a window somebody speaks and which span to decode; [`guard`] holds back text that was
//! invented; [`stitch`] gives each word to the window that holds its midpoint; [`coverage`] tiles the window with what
//! became of every sample.
//!
//! Lengths and rules follow measurements with OpenAI's weights: a real pause beats a short window, and a margin is
//! worth its trouble only at a seam without one.

pub mod coverage;
pub mod guard;
pub mod speech;
pub mod stitch;
mod tape;
mod voice;
mod window;

pub use voice::{Earshot, FRAME_SAMPLES, Voice};
pub use window::{ClosedWindow, Limits, Resume, Windower};
