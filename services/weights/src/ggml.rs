//! The parts of a ggml file that Whisper and Silero share: the magic number and the tensor records.
//!
//! A record is: dimensions, length of the name, element kind (each u32), the sizes (u32, fastest first), the name, the data.
//! Source: the loader in whisper.cpp 1.8 (`whisper_model_load`).

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use crate::bounded::{Bounded, ReadError, put_u32};

/// "ggml" as a little-endian number.
pub(crate) const MAGIC: u32 = 0x6767_6d6c;
/// Numbers in one block of `q8_0`, which is an f16 scale and so many signed bytes.
pub(crate) const BLOCK: usize = 32;
const BLOCK_BYTES: u64 = BLOCK as u64 + 2;
const MAX_DIMENSIONS: u32 = 4;
const MAX_NAME_BYTES: u32 = 256;

/// Why a file is not the ggml file it should be.
#[derive(Debug, thiserror::Error)]
pub enum GgmlError {
    #[error("not a ggml file: it begins with {found:#010x}, not {MAGIC:#010x}")]
    Magic { found: u32 },
    #[error("not a {wanted} file: {problem}")]
    Foreign { wanted: &'static str, problem: String },
    #[error("tensor record at offset {at}: {problem}")]
    Record { at: u64, problem: String },
    #[error("tensor {name}: {problem}")]
    Tensor { name: String, problem: String },
    #[error("{count} tensors are missing, the first is {first}")]
    Missing { count: usize, first: String },
    #[error("damaged or cut off")]
    Read(#[from] ReadError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    F32,
    F16,
    Q8_0,
}

impl Element {
    fn code(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q8_0 => 8,
        }
    }

    fn from_code(code: u32) -> Option<Self> {
        [Self::F32, Self::F16, Self::Q8_0].into_iter().find(|element| element.code() == code)
    }
}

/// The head of one tensor record. `sizes` are in file order, fastest first; none means a single number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) sizes: Vec<u32>,
    pub(crate) element: Element,
}

impl Record {
    /// Bytes of the data that follows; none when the sizes cannot be (overflow, a row that is no whole number of blocks).
    pub(crate) fn data_bytes(&self) -> Option<u64> {
        let count = self.sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(size.into()))?;
        match self.element {
            Element::F32 => count.checked_mul(4),
            Element::F16 => count.checked_mul(2),
            Element::Q8_0 => {
                let whole_blocks = self.sizes.first().is_some_and(|&row| u64::from(row).is_multiple_of(BLOCK as u64));
                whole_blocks.then_some(count / BLOCK as u64)?.checked_mul(BLOCK_BYTES)
            }
        }
    }

    pub(crate) fn read<R: Read + Seek>(from: &mut Bounded<R>) -> Result<Self, GgmlError> {
        let at = from.at();
        let wrong = |problem: String| GgmlError::Record { at, problem };
        let what = "a tensor's head";
        let (dimensions, name_bytes, code) = (from.u32(what)?, from.u32(what)?, from.u32(what)?);
        if dimensions > MAX_DIMENSIONS {
            return Err(wrong(format!("{dimensions} dimensions")));
        }
        if !(1..=MAX_NAME_BYTES).contains(&name_bytes) {
            return Err(wrong(format!("a name of {name_bytes} bytes")));
        }
        let element = Element::from_code(code).ok_or_else(|| wrong(format!("unknown element kind {code}")))?;
        let sizes = (0..dimensions).map(|_| from.u32(what)).collect::<Result<Vec<_>, _>>()?;
        let name = from.text("a tensor's name", name_bytes.into())?;
        let record = Self { name, sizes, element };
        match record.data_bytes() {
            Some(bytes) if bytes > 0 => Ok(record),
            _ => Err(wrong(format!("impossible sizes {:?} of {}", record.sizes, record.name))),
        }
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let number = |count: usize| u32::try_from(count).map_err(io::Error::other);
        put_u32(out, number(self.sizes.len())?)?;
        put_u32(out, number(self.name.len())?)?;
        put_u32(out, self.element.code())?;
        for &size in &self.sizes {
            put_u32(out, size)?;
        }
        out.write_all(self.name.as_bytes())
    }
}

pub(crate) fn read_magic<R: Read + Seek>(from: &mut Bounded<R>) -> Result<(), GgmlError> {
    match from.u32("the magic number")? {
        MAGIC => Ok(()),
        found => Err(GgmlError::Magic { found }),
    }
}

/// Walks the records to the exact end of the file: every expected tensor once, in any order, of its sizes, and no other.
///
/// An expected f16 matrix may be `q8_0` in the file. No tensor data is read.
pub(crate) fn walk_records<R: Read + Seek>(from: &mut Bounded<R>, expected: Vec<Record>) -> Result<(), GgmlError> {
    let mut missing: BTreeMap<String, Record> =
        expected.into_iter().map(|record| (record.name.clone(), record)).collect();
    while from.left() > 0 {
        let found = Record::read(from)?;
        let wrong = |problem: String| GgmlError::Tensor { name: found.name.clone(), problem };
        let wanted =
            missing.remove(&found.name).ok_or_else(|| wrong("does not belong here, or stands twice".to_owned()))?;
        let quantised = wanted.element == Element::F16 && wanted.sizes.len() == 2 && found.element == Element::Q8_0;
        if found.sizes != wanted.sizes || (found.element != wanted.element && !quantised) {
            return Err(wrong(format!(
                "{:?} {:?} instead of {:?} {:?}",
                found.element, found.sizes, wanted.element, wanted.sizes
            )));
        }
        let bytes = found.data_bytes().ok_or_else(|| wrong("impossible sizes".to_owned()))?;
        from.skip("a tensor's data", bytes)?;
    }
    match missing.first_key_value() {
        None => Ok(()),
        Some((first, _)) => Err(GgmlError::Missing { count: missing.len(), first: first.clone() }),
    }
}
