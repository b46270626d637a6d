//! The canonical form of a file, so that a hash says what a rule means and not how it is laid out.
//!
//! Keys are sorted, comments and white space are gone, each value is written with its kind and its length.

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

/// SHA-256 of a table's canonical form without the keys in `leave_out` (of the table itself, not of its tables),
/// lower-case hex.
pub(crate) fn hash(table: &DeTable<'_>, leave_out: &[&str]) -> String {
    let mut hasher = Sha256::new();
    feed_table(&mut hasher, table, leave_out);
    hex(&hasher.finalize())
}

/// SHA-256 over names and hashes, sorted, lower-case hex.
pub(crate) fn hash_of_all<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_unstable();
    let mut hasher = Sha256::new();
    for (name, part) in parts {
        feed(&mut hasher, b'n', name.as_bytes());
        feed(&mut hasher, b'h', part.as_bytes());
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn feed(hasher: &mut Sha256, kind: u8, bytes: &[u8]) {
    hasher.update([kind]);
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

fn feed_table(hasher: &mut Sha256, table: &DeTable<'_>, leave_out: &[&str]) {
    let mut entries: Vec<_> = table.iter().filter(|(key, _)| !leave_out.contains(&key.get_ref().as_ref())).collect();
    entries.sort_unstable_by(|a, b| a.0.get_ref().cmp(b.0.get_ref()));
    feed(hasher, b'{', &(entries.len() as u64).to_be_bytes());
    for (key, value) in entries {
        feed(hasher, b'k', key.get_ref().as_bytes());
        feed_value(hasher, value.get_ref());
    }
}

fn feed_value(hasher: &mut Sha256, value: &DeValue<'_>) {
    match value {
        DeValue::String(text) => feed(hasher, b's', text.as_bytes()),
        DeValue::Integer(number) => feed(hasher, b'i', number.as_str().as_bytes()),
        DeValue::Float(number) => feed(hasher, b'f', number.as_str().as_bytes()),
        DeValue::Boolean(yes) => feed(hasher, b'b', &[u8::from(*yes)]),
        DeValue::Datetime(moment) => feed(hasher, b'd', moment.to_string().as_bytes()),
        DeValue::Array(array) => {
            feed(hasher, b'[', &(array.len() as u64).to_be_bytes());
            for item in array {
                feed_value(hasher, item.get_ref());
            }
        }
        DeValue::Table(table) => feed_table(hasher, table, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(text: &str) -> String {
        hash(&DeTable::parse(text).unwrap().into_inner(), &["version"])
    }

    #[test]
    fn layout_comments_and_left_out_keys_change_nothing_but_every_value_does() {
        let one = hashed("version = '1'\na = 1\n[b]\nc = ['x', 'y'] # why\n");
        assert_eq!(one, hashed("b = { c = [\n  'x',\n  'y',\n] }\nversion = '2'\na = 1\n"));
        for other in
            ["a = 2\nb.c = ['x', 'y']", "a = 1\nb.c = ['x', 'z']", "a = 1\nb.c = ['xy']", "a = '1'\nb.c = ['x', 'y']"]
        {
            assert_ne!(one, hashed(other), "{other}");
        }
        assert_eq!(one.len(), 64);
    }
}
