//! What makes the record provable: audit events and the hash that each has as a leaf of the log. Pure.
//!
//! The canonical form is RFC 8785 by `serde_json_canonicalizer`, which follows the RFC for every number and string;
//! the hash is `sha2`. Both can be redone with stock tools: `printf '\0'`, the salt, the canonical line, `sha256sum`.
#![deny(missing_docs)]

mod event;
mod instant;

pub use event::{AuditEvent, EventError, LeafHash, MAX_INTEGER, SALT_BYTES};
pub use instant::{format_instant, truncate_instant};
