//! Bytes that should be there, against those that are, without holding either.

use std::io::{self, BufWriter, Read, Write};

use super::{Code, Found, archive::Archive};
use crate::members::{Derived, WriteMember};

/// Where two texts first differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Counted from 1.
    pub(super) line: u64,
    /// Bytes before it.
    pub(super) byte: u64,
}

struct Comparer<R> {
    there: R,
    buffer: Vec<u8>,
    at: Place,
    differs: bool,
}

impl<R: Read> Write for Comparer<R> {
    fn write(&mut self, expected: &[u8]) -> io::Result<usize> {
        if self.differs {
            return Ok(expected.len());
        }
        self.buffer.clear();
        (&mut self.there).take(expected.len() as u64).read_to_end(&mut self.buffer)?;
        let same = expected.iter().zip(&self.buffer).take_while(|(one, other)| one == other).count();
        self.at.byte += same as u64;
        self.at.line += lines(&expected[..same]);
        self.differs = same < expected.len();
        Ok(expected.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many lines end in a text.
pub(super) fn lines(text: &[u8]) -> u64 {
    text.split(|byte| *byte == b'\n').count().saturating_sub(1) as u64
}

/// Where a text first differs from the one that should be there; none where they are the same.
fn first_difference(there: impl Read, write: &WriteMember<'_>) -> io::Result<Option<Place>> {
    let at = Place { line: 1, byte: 0 };
    let mut out = BufWriter::with_capacity(1 << 16, Comparer { there, buffer: Vec::new(), at, differs: false });
    write(&mut out)?;
    let mut comparer = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if !comparer.differs {
        comparer.differs = comparer.there.read(&mut [0])? > 0;
    }
    Ok(comparer.differs.then_some(comparer.at))
}

/// Compares a member with what follows from the record.
pub(super) fn compare<R: io::Read + io::Seek>(
    archive: &mut Archive<R>,
    expected: &Derived<'_>,
    code: Code,
    found: &mut Found<'_>,
) {
    let path = expected.path.as_str();
    if !archive.has(path) {
        return found.add(Code::Missing, Some(path), "it is not there, but follows from the record");
    }
    match archive.member(path).and_then(|there| first_difference(there, &*expected.write)) {
        Ok(None) => {}
        Ok(Some(Place { line, byte })) => {
            let message = format!("it is not what follows from the record, from line {line} on (byte {byte})");
            found.add(code, Some(path), message);
        }
        Err(error) => found.add(code, Some(path), format!("it cannot be compared with the record: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(there: &str, expected: &str, place: Option<(u64, u64)>) {
        let place = place.map(|(line, byte)| Place { line, byte });
        let found = first_difference(there.as_bytes(), &|out| {
            // In pieces, as writers do.
            expected.as_bytes().chunks(3).try_for_each(|piece| out.write_all(piece))
        });
        assert_eq!(found.unwrap(), place, "{there:?} {expected:?}");
    }

    #[test]
    fn the_first_byte_that_differs_is_told_by_line_and_place() {
        check("a\nb\nc\n", "a\nb\nc\n", None);
        check("a\nb\nc\n", "a\nx\nc\n", Some((2, 2)));
        check("a\nb\n", "a\nb\nc\n", Some((3, 4)));
        check("a\nb\nc\n", "a\nb\n", Some((3, 4)));
        check("", "", None);
    }
}
