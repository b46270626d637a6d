//! Reading a binary file front to back without trusting any length found inside it: nothing is allocated for bytes that
//! the file does not hold.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

const COPY_BYTES: usize = 256 * 1024;

/// Why bytes could not be read; `what` names the part of the file in words.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file ends within {what}: {wanted} bytes wanted at offset {at}, {left} left")]
    Truncated { what: &'static str, wanted: u64, at: u64, left: u64 },
    #[error("{what} at offset {at} is not UTF-8 text")]
    NotText { what: &'static str, at: u64 },
    #[error("cannot read {what} at offset {at}")]
    Io {
        what: &'static str,
        at: u64,
        #[source]
        source: io::Error,
    },
}

/// A seekable source of known size, little endian. `at <= size` always holds.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    reader: BufReader<R>,
    at: u64,
    size: u64,
}

impl Bounded<File> {
    /// Opens a regular file; a folder or a device is an error.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Self::new(file)
    }
}

impl<R: Read + Seek> Bounded<R> {
    pub(crate) fn new(mut inner: R) -> io::Result<Self> {
        let size = inner.seek(SeekFrom::End(0))?;
        inner.seek(SeekFrom::Start(0))?;
        Ok(Self { reader: BufReader::with_capacity(64 * 1024, inner), at: 0, size })
    }

    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn left(&self) -> u64 {
        self.size - self.at
    }

    fn claim(&self, what: &'static str, wanted: u64) -> Result<(), ReadError> {
        if wanted > self.left() {
            return Err(ReadError::Truncated { what, wanted, at: self.at, left: self.left() });
        }
        Ok(())
    }

    pub(crate) fn fill(&mut self, what: &'static str, buffer: &mut [u8]) -> Result<(), ReadError> {
        self.claim(what, buffer.len() as u64)?;
        self.reader.read_exact(buffer).map_err(|source| ReadError::Io { what, at: self.at, source })?;
        self.at += buffer.len() as u64;
        Ok(())
    }

    pub(crate) fn take(&mut self, what: &'static str, count: u64) -> Result<Vec<u8>, ReadError> {
        self.claim(what, count)?;
        let too_long = |_| ReadError::Truncated { what, wanted: count, at: self.at, left: self.left() };
        let mut buffer = vec![0; usize::try_from(count).map_err(too_long)?];
        self.fill(what, &mut buffer)?;
        Ok(buffer)
    }

    pub(crate) fn skip(&mut self, what: &'static str, count: u64) -> Result<(), ReadError> {
        self.claim(what, count)?;
        let io = |source| ReadError::Io { what, at: self.at, source };
        match i64::try_from(count) {
            Ok(step) => self.reader.seek_relative(step).map_err(io)?,
            Err(_) => return Err(ReadError::Truncated { what, wanted: count, at: self.at, left: self.left() }),
        }
        self.at += count;
        Ok(())
    }

    /// Goes to an offset that an earlier pass found in this same file.
    pub(crate) fn go_to(&mut self, what: &'static str, at: u64) -> Result<(), ReadError> {
        if at > self.size {
            return Err(ReadError::Truncated { what, wanted: 0, at, left: 0 });
        }
        self.reader.seek(SeekFrom::Start(at)).map_err(|source| ReadError::Io { what, at, source })?;
        self.at = at;
        Ok(())
    }

    /// Hands `count` bytes to `each` in pieces of at most 256 KiB, each but the last a multiple of that.
    pub(crate) fn pieces<E: From<ReadError>>(
        &mut self,
        what: &'static str,
        count: u64,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.claim(what, count)?;
        let mut buffer = vec![0; COPY_BYTES];
        let mut left = count;
        while left > 0 {
            let length = usize::try_from(left).map_or(COPY_BYTES, |left| left.min(COPY_BYTES));
            self.fill(what, &mut buffer[..length])?;
            each(&buffer[..length])?;
            left -= length as u64;
        }
        Ok(())
    }

    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, ReadError> {
        let mut bytes = [0; 1];
        self.fill(what, &mut bytes)?;
        Ok(bytes[0])
    }

    pub(crate) fn u16(&mut self, what: &'static str) -> Result<u16, ReadError> {
        let mut bytes = [0; 2];
        self.fill(what, &mut bytes)?;
        Ok(u16::from_le_bytes(bytes))
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, ReadError> {
        let mut bytes = [0; 4];
        self.fill(what, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    pub(crate) fn text(&mut self, what: &'static str, count: u64) -> Result<String, ReadError> {
        let at = self.at;
        String::from_utf8(self.take(what, count)?).map_err(|_| ReadError::NotText { what, at })
    }
}

/// Writes a number as the four little-endian bytes that both formats use.
pub(crate) fn put_u32(out: &mut impl Write, value: u32) -> io::Result<()> {
    out.write_all(&value.to_le_bytes())
}
