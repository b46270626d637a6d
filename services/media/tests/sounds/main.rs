//! Decodes real files of every format, whole, damaged and hostile.
#![expect(clippy::unwrap_used, reason = "in a test the panic is the report")]

mod formats;
mod hostile;
mod signal;
