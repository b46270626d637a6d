//! Hashes as lower-case hexadecimal text, the form in which they are published and compared.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A SHA-256 (64 digits) or SHA-1 (40 digits) in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Hash<const DIGITS: usize>(String);

/// SHA-256, our own choice for everything.
pub type Sha256Hash = Hash<64>;
/// SHA-1, which is what the hub's file list publishes.
pub type Sha1Hash = Hash<40>;

impl<const DIGITS: usize> TryFrom<String> for Hash<DIGITS> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let sound = text.len() == DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if sound { Ok(Self(text)) } else { Err(format!("{text:?} is not a hash of {DIGITS} hexadecimal digits")) }
    }
}

impl<const DIGITS: usize> fmt::Display for Hash<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hexadecimal<const DIGITS: usize>(bytes: &[u8]) -> Hash<DIGITS> {
    let mut text = String::with_capacity(DIGITS);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Hash(text)
}

/// SHA-256 of a file, read from front to back.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<Sha256Hash> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hexadecimal(&hasher.finalize()))
}

pub(crate) fn sha1_of_file(path: &Path) -> io::Result<Sha1Hash> {
    let mut hasher = Sha1::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hexadecimal(&hasher.finalize()))
}

/// Passes bytes on and keeps their SHA-256 and count.
pub(crate) struct Hashing<W> {
    inner: W,
    hasher: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, hasher: Sha256::new(), bytes: 0 }
    }

    pub(crate) fn finish(self) -> (W, Sha256Hash, u64) {
        (self.inner, hexadecimal(&self.hasher.finalize()), self.bytes)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
