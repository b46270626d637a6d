//! An index of a CTranslate2 `model.bin`: where each variable lies, of which shape and element.
//!
//! Little endian; a string is u16 length and bytes that end in NUL. Version, name of the specification, revision, then the
//! variables (name, u8 rank, u32 sizes, u8 element, u32 bytes, data), then the aliases (two strings each). Source: the
//! loader of CTranslate2 4 (`models/model.cc`), file version 6.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use half::f16;

use super::ConvertError;
use crate::bounded::{Bounded, ReadError};

const SPECIFICATION: &str = "WhisperSpec";
const FILE_VERSION: u32 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F32,
    I8,
    I16,
    I32,
    F16,
}

impl Kind {
    fn from_code(code: u8) -> Option<Self> {
        [Self::F32, Self::I8, Self::I16, Self::I32, Self::F16].get(usize::from(code)).copied()
    }

    fn bytes(self) -> u64 {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::I16 | Self::F16 => 2,
            Self::I8 => 1,
        }
    }
}

#[derive(Debug)]
struct Variable {
    shape: Vec<u32>,
    kind: Kind,
    at: u64,
}

/// An open `model.bin` and its variables by name.
pub(super) struct Model<R> {
    from: Bounded<R>,
    variables: BTreeMap<String, Variable>,
}

impl Model<File> {
    pub(super) fn open(path: &Path) -> Result<Self, ConvertError> {
        Self::index(Bounded::open(path).map_err(|source| ConvertError::open(path, source))?)
    }
}

impl<R: Read + Seek> Model<R> {
    pub(super) fn index(mut from: Bounded<R>) -> Result<Self, ConvertError> {
        let foreign = |problem| ConvertError::Foreign { wanted: "a CTranslate2 Whisper model", problem };
        let version = from.u32("the file version")?;
        if version != FILE_VERSION {
            return Err(foreign(format!("its file version is {version}, not {FILE_VERSION}")));
        }
        let specification = text(&mut from, "the specification's name")?;
        if specification != SPECIFICATION {
            return Err(foreign(format!("it is a {specification:?}")));
        }
        from.u32("the specification's revision")?;
        let mut variables = BTreeMap::new();
        for _ in 0..from.u32("the number of variables")? {
            let (name, variable) = read_variable(&mut from)?;
            if variables.insert(name.clone(), variable).is_some() {
                return Err(ConvertError::Variable { name, problem: "stands twice".to_owned() });
            }
        }
        for _ in 0..from.u32("the number of aliases")? {
            text(&mut from, "an alias")?;
            text(&mut from, "an alias")?;
        }
        match from.left() {
            0 => Ok(Self { from, variables }),
            left => Err(foreign(format!("{left} bytes follow its end"))),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    fn find(&self, name: &str) -> Result<&Variable, ConvertError> {
        let missing = || ConvertError::Variable { name: name.to_owned(), problem: "is not in the file".to_owned() };
        self.variables.get(name).ok_or_else(missing)
    }

    pub(super) fn shape<const RANK: usize>(&self, name: &str) -> Result<[u32; RANK], ConvertError> {
        let shape = &self.find(name)?.shape;
        shape.as_slice().try_into().map_err(|_| ConvertError::Variable {
            name: name.to_owned(),
            problem: format!("has the shape {shape:?}, {RANK} sizes wanted"),
        })
    }

    /// A single whole number that is not negative.
    pub(super) fn number(&mut self, name: &str) -> Result<u32, ConvertError> {
        let wrong = |problem: &str| ConvertError::Variable { name: name.to_owned(), problem: problem.to_owned() };
        let Variable { shape, kind, at } = self.find(name)?;
        let (single, kind, at) = (shape.is_empty(), *kind, *at);
        if !single || matches!(kind, Kind::F32 | Kind::F16) {
            return Err(wrong("is not a single whole number"));
        }
        self.from.go_to("a number", at)?;
        let bytes = self.from.take("a number", kind.bytes())?;
        let value = match bytes.as_slice() {
            [a] => i32::from(i8::from_le_bytes([*a])),
            [a, b] => i32::from(i16::from_le_bytes([*a, *b])),
            [a, b, c, d] => i32::from_le_bytes([*a, *b, *c, *d]),
            _ => return Err(wrong("is not a single whole number")),
        };
        u32::try_from(value).map_err(|_| wrong("is negative"))
    }

    /// Hands the values of rows `part` of `parts` to `each` in pieces; the part must hold `count` values.
    pub(super) fn values(
        &mut self,
        name: &str,
        (part, parts): (u32, u32),
        count: u64,
        mut each: impl FnMut(Values<'_>) -> Result<(), ConvertError>,
    ) -> Result<(), ConvertError> {
        let Variable { shape, kind, at } = self.find(name)?;
        let (kind, at) = (*kind, *at);
        let held = shape.iter().map(|&size| u64::from(size)).product::<u64>();
        if count.checked_mul(parts.into()) != Some(held) {
            let problem = format!("has the shape {shape:?}, {count} values in each of {parts} parts wanted");
            return Err(ConvertError::Variable { name: name.to_owned(), problem });
        }
        let bytes = count * kind.bytes();
        self.from.go_to("a variable", at + u64::from(part) * bytes)?;
        self.from.pieces("a variable", bytes, |piece| match kind {
            Kind::F16 => each(Values::F16(piece)),
            Kind::F32 => each(Values::F32(piece)),
            Kind::I8 | Kind::I16 | Kind::I32 => Err(ConvertError::Variable {
                name: name.to_owned(),
                problem: "holds whole numbers: a quantised model cannot be converted".to_owned(),
            }),
        })
    }
}

/// Little-endian floating-point numbers as they lie in the file.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    F16(&'a [u8]),
    F32(&'a [u8]),
}

impl Values<'_> {
    /// Appends the values as f16, rounded to the nearest, ties to even.
    pub(super) fn put_f16(self, out: &mut Vec<u8>) {
        match self {
            Self::F16(bytes) => out.extend_from_slice(bytes),
            Self::F32(bytes) => out.extend(singles(bytes).flat_map(|value| f16::from_f32(value).to_le_bytes())),
        }
    }

    pub(super) fn put_f32(self, out: &mut Vec<u8>) {
        match self {
            Self::F16(bytes) => out.extend(halves(bytes).flat_map(|value| value.to_f32().to_le_bytes())),
            Self::F32(bytes) => out.extend_from_slice(bytes),
        }
    }

    /// Zero of either sign: the shift drops the sign bit.
    pub(super) fn all_zero(self) -> bool {
        match self {
            Self::F16(bytes) => halves(bytes).all(|value| value.to_bits() << 1 == 0),
            Self::F32(bytes) => singles(bytes).all(|value| value.to_bits() << 1 == 0),
        }
    }
}

pub(super) fn halves(bytes: &[u8]) -> impl Iterator<Item = f16> {
    bytes.as_chunks().0.iter().map(|&pair| f16::from_le_bytes(pair))
}

fn singles(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four))
}

fn text<R: Read + Seek>(from: &mut Bounded<R>, what: &'static str) -> Result<String, ReadError> {
    let length = from.u16(what)?;
    let mut text = from.text(what, length.into())?;
    text.truncate(text.trim_end_matches('\0').len());
    Ok(text)
}

fn read_variable<R: Read + Seek>(from: &mut Bounded<R>) -> Result<(String, Variable), ConvertError> {
    let what = "a variable's head";
    let name = text(from, "a variable's name")?;
    let rank = from.u8(what)?;
    let shape = (0..rank).map(|_| from.u32(what)).collect::<Result<Vec<_>, _>>()?;
    let (code, bytes) = (from.u8(what)?, u64::from(from.u32(what)?));
    let at = from.at();
    let Some(kind) = Kind::from_code(code) else {
        return Err(ConvertError::Variable { name, problem: format!("has the unknown element kind {code}") });
    };
    let wanted = shape.iter().try_fold(kind.bytes(), |product, &size| product.checked_mul(size.into()));
    if wanted != Some(bytes) {
        let problem = format!("has {bytes} bytes, which does not fit the shape {shape:?} of {kind:?}");
        return Err(ConvertError::Variable { name, problem });
    }
    from.skip("a variable's data", bytes)?;
    Ok((name, Variable { shape, kind, at }))
}
