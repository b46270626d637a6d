//! CTranslate2 Whisper model to ggml: matrices as f16, vectors and positions as f32.

use std::collections::BTreeSet;
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::ctranslate2::Model;
use super::{ConvertError, mel, vocabulary};
use crate::bounded::put_u32;
use crate::ggml::Element;
use crate::whisper::{FILE_KIND_F16, MEL_COLUMNS, Planned, WhisperHeader, plan};

/// Mel bands of any Whisper are 80 or 128; more than this is a damaged file.
const MAX_MELS: u32 = 1024;

/// Converts `model.bin` and `vocabulary.txt` of a CTranslate2 Whisper folder to a ggml file of f16 matrices.
///
/// The shapes need not be those that OpenAI published: [`check_header`](crate::check_header) judges the result.
/// Memory: a few hundred kilobytes beside the token table.
///
/// # Errors
/// [`ConvertError`]: a file that is truncated, foreign, quantised or inconsistent, named; or `out` failing.
pub(crate) fn whisper_from_ctranslate2(
    model: &Path,
    vocabulary: &Path,
    out: &mut impl Write,
) -> Result<(), ConvertError> {
    let mut model = Model::open(model)?;
    let header = header_of(&mut model)?;
    let tokens = vocabulary::read(vocabulary, header.n_vocab.min(vocabulary::TEXT_TOKENS))?;
    write_model(&mut model, &header, &tokens, out)
}

/// The header of a model, from the shapes of its variables.
pub(super) fn header_of<R: Read + Seek>(model: &mut Model<R>) -> Result<WhisperHeader, ConvertError> {
    let [n_vocab, state] = model.shape("decoder/embeddings/weight")?;
    let [n_audio_ctx, _] = model.shape("encoder/position_encodings/encodings")?;
    let [n_text_ctx, _] = model.shape("decoder/position_encodings/encodings")?;
    let [_, n_mels, _] = model.shape("encoder/conv1/weight")?;
    if !(1..=MAX_MELS).contains(&n_mels) {
        let problem = format!("asks for {n_mels} mel bands");
        return Err(ConvertError::Variable { name: "encoder/conv1/weight".to_owned(), problem });
    }
    Ok(WhisperHeader {
        n_vocab,
        n_audio_ctx,
        n_audio_state: state,
        n_audio_head: model.number("encoder/num_heads")?,
        n_audio_layer: layers(model, "encoder"),
        n_text_ctx,
        n_text_state: state,
        n_text_head: model.number("decoder/num_heads")?,
        n_text_layer: layers(model, "decoder"),
        n_mels,
        ftype: FILE_KIND_F16,
    })
}

/// So many different layers as the file names; one that is missing among them is found missing later.
fn layers<R: Read + Seek>(model: &Model<R>, side: &str) -> u32 {
    let start = format!("{side}/layer_");
    let number = |name: &'_ str| name.strip_prefix(&start)?.split('/').next()?.parse::<u32>().ok();
    let numbers: BTreeSet<u32> = model.names().filter_map(number).collect();
    u32::try_from(numbers.len()).unwrap_or(u32::MAX)
}

pub(super) fn write_model<R: Read + Seek>(
    model: &mut Model<R>,
    header: &WhisperHeader,
    tokens: &[Vec<u8>],
    out: &mut impl Write,
) -> Result<(), ConvertError> {
    write_head(header, tokens, out).map_err(ConvertError::Write)?;
    for planned in plan(header) {
        check_key_bias(model, &planned)?;
        write_tensor(model, &planned, out)?;
    }
    Ok(())
}

fn write_head(header: &WhisperHeader, tokens: &[Vec<u8>], out: &mut impl Write) -> std::io::Result<()> {
    header.write(out)?;
    put_u32(out, header.n_mels)?;
    put_u32(out, MEL_COLUMNS)?;
    for weight in mel::filters(header.n_mels) {
        out.write_all(&weight.to_le_bytes())?;
    }
    let number = |count: usize| u32::try_from(count).map_err(std::io::Error::other);
    put_u32(out, number(tokens.len())?)?;
    for token in tokens {
        put_u32(out, number(token.len())?)?;
        out.write_all(token)?;
    }
    Ok(())
}

fn write_tensor<R: Read + Seek>(
    model: &mut Model<R>,
    Planned { record, variable, part, parts }: &Planned,
    out: &mut impl Write,
) -> Result<(), ConvertError> {
    record.write(out).map_err(ConvertError::Write)?;
    let overflow = || ConvertError::Variable { name: variable.clone(), problem: "is too large".to_owned() };
    let bytes_each = if record.element == Element::F16 { 2 } else { 4 };
    let count = record.data_bytes().ok_or_else(overflow)? / bytes_each;
    let mut converted = Vec::new();
    model.values(variable, (*part, *parts), count, |values| {
        converted.clear();
        match record.element {
            Element::F16 => values.put_f16(&mut converted),
            Element::F32 | Element::Q8_0 => values.put_f32(&mut converted),
        }
        out.write_all(&converted).map_err(ConvertError::Write)
    })
}

/// Whisper's keys have no bias, so the ggml file has no place for one; CTranslate2 stacks zeros there.
fn check_key_bias<R: Read + Seek>(model: &mut Model<R>, planned: &Planned) -> Result<(), ConvertError> {
    let Some(variable) =
        planned.variable.strip_suffix("/weight").filter(|_| planned.record.name.ends_with(".key.weight"))
    else {
        return Ok(());
    };
    let (name, state) = (format!("{variable}/bias"), planned.record.sizes.first().copied().unwrap_or(0));
    let mut all_zero = true;
    model.values(&name, (planned.part, planned.parts), state.into(), |values| {
        all_zero &= values.all_zero();
        Ok(())
    })?;
    let problem = "has a bias for keys, which Whisper has not".to_owned();
    if all_zero { Ok(()) } else { Err(ConvertError::Variable { name, problem }) }
}

#[cfg(test)]
mod tests;
