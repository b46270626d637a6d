//! Numbers and hashes in lines of text, each with one spelling.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::merkle::{Hash, MAX_SIZE};

/// Reads a size or an index: decimal, without leading zeros or sign, at most [`MAX_SIZE`].
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten().filter(|size| *size <= MAX_SIZE)
}

/// Reads a hash: 32 bytes in base64.
pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Writes a hash as [`parse_hash`] reads it.
pub(crate) fn format_hash(hash: &Hash) -> String {
    STANDARD.encode(hash)
}
