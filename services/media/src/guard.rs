//! The one place where a panic is caught: parsers of other people's formats run behind it.
//!
//! A demuxer or decoder that trips over hostile bytes must cost that source, not the process. What panicked is not used
//! again, so no broken state can be seen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::MediaError;

pub(crate) fn guarded<T>(what: &'static str, run: impl FnOnce() -> T) -> Result<T, MediaError> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| MediaError::Panicked { what })
}
