//! ggml f16 to `q8_0`: blocks of 32 numbers as one f16 scale and 32 signed bytes.
//!
//! Only two-dimensional f16 tensors change; convolutions, positions, norms and biases stay as they are, which is what
//! whisper.cpp's own `quantize` does. Scale = largest magnitude / 127 in f32; the bytes use the unrounded scale.

use std::io::{Read, Seek, Write};
use std::path::Path;

use half::f16;

use super::ConvertError;
use super::ctranslate2::halves;
use crate::bounded::Bounded;
use crate::ggml::{BLOCK, Element, GgmlError, Record};
use crate::whisper::{FILE_KIND_F16, FILE_KIND_Q8_0, WhisperHeader, skip_mels_and_tokens};

/// Converts a ggml Whisper file of f16 matrices to `q8_0`. Streams: memory does not grow with the model.
///
/// # Errors
/// [`ConvertError`]: `source` is no f16 Whisper file, is cut off, or holds a number that is not finite; or `out` failing.
pub(crate) fn quantise(source: &Path, out: &mut impl Write) -> Result<(), ConvertError> {
    let mut from = Bounded::open(source).map_err(|error| ConvertError::open(source, error))?;
    quantise_from(&mut from, out)
}

fn quantise_from<R: Read + Seek>(from: &mut Bounded<R>, out: &mut impl Write) -> Result<(), ConvertError> {
    let header = WhisperHeader::read(from)?;
    if header.ftype != FILE_KIND_F16 {
        let problem = format!("its ftype is {}, not {FILE_KIND_F16}", header.ftype);
        return Err(ConvertError::Foreign { wanted: "an f16 Whisper file", problem });
    }
    WhisperHeader { ftype: FILE_KIND_Q8_0, ..header }.write(out).map_err(ConvertError::Write)?;
    copy_mels_and_tokens(from, out)?;
    let mut blocks = Vec::new();
    while from.left() > 0 {
        let at = from.at();
        let record = Record::read(from)?;
        let impossible = || GgmlError::Record { at, problem: "impossible sizes".to_owned() };
        let bytes = record.data_bytes().ok_or_else(impossible)?;
        let what = "a tensor's data";
        if !is_matrix(&record) {
            record.write(out).map_err(ConvertError::Write)?;
            from.pieces(what, bytes, |piece| out.write_all(piece).map_err(ConvertError::Write))?;
            continue;
        }
        let quantised = Record { element: Element::Q8_0, ..record.clone() };
        quantised.data_bytes().ok_or_else(impossible)?;
        quantised.write(out).map_err(ConvertError::Write)?;
        from.pieces(what, bytes, |piece| {
            blocks.clear();
            if !put_blocks(piece, &mut blocks) {
                return Err(ConvertError::NotFinite { name: record.name.clone() });
            }
            out.write_all(&blocks).map_err(ConvertError::Write)
        })?;
    }
    Ok(())
}

fn copy_mels_and_tokens<R: Read + Seek>(from: &mut Bounded<R>, out: &mut impl Write) -> Result<(), ConvertError> {
    let what = "mel filters and tokens";
    let begin = from.at();
    skip_mels_and_tokens(from)?;
    let length = from.at() - begin;
    from.go_to(what, begin)?;
    from.pieces(what, length, |piece| out.write_all(piece).map_err(ConvertError::Write))
}

fn is_matrix(record: &Record) -> bool {
    record.element == Element::F16 && record.sizes.len() == 2 && !record.name.contains("positional")
}

/// Appends the blocks of a piece that is a whole number of them; false when a number is not finite.
fn put_blocks(piece: &[u8], blocks: &mut Vec<u8>) -> bool {
    let mut values = [0.0_f32; BLOCK];
    for block in piece.chunks_exact(2 * BLOCK) {
        for (value, half) in values.iter_mut().zip(halves(block)) {
            *value = half.to_f32();
        }
        if !values.iter().all(|value| value.is_finite()) {
            return false;
        }
        let scale = values.iter().fold(0.0_f32, |most, value| most.max(value.abs())) / 127.0;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        blocks.extend(f16::from_f32(scale).to_le_bytes());
        blocks.extend(values.iter().flat_map(|value| signed_byte(value * inverse).to_le_bytes()));
    }
    true
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of a signed byte")]
fn signed_byte(value: f32) -> i8 {
    value.round_ties_even().clamp(-127.0, 127.0) as i8
}

#[cfg(test)]
mod tests;
