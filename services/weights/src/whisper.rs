//! What a whisper.cpp model file holds: its header, and the tensors that the header promises.
//!
//! whisper.cpp aborts the process, or hangs, on many damaged files, and takes a file without tensors for an "empty model
//! for testing" that never hears a word. So nothing is loaded that has not passed [`check_header`] and [`check_tensors`].

use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::Deserialize;

use crate::bounded::{Bounded, put_u32};
use crate::ggml::{Element, GgmlError, MAGIC, Record, read_magic, walk_records};
use crate::verify::VerifyError;

/// Element code of a file that is mostly `q8_0` (7), plus 1000 x the quantisation version (2).
pub(crate) const FILE_KIND_Q8_0: u32 = 2007;
pub(crate) const FILE_KIND_F16: u32 = 1;
/// Positions of a window of 400 samples in the frequency domain.
pub(crate) const MEL_COLUMNS: u32 = 201;
const MAX_TOKEN_BYTES: u32 = 1024;

/// The eleven numbers after the magic number of a Whisper file, by their names in whisper.cpp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhisperHeader {
    /// 51864 (English only), 51865 (99 languages) or 51866 (100).
    pub n_vocab: u32,
    /// Encoder positions, 50 a second: 1500.
    pub n_audio_ctx: u32,
    /// Width of the encoder.
    pub n_audio_state: u32,
    pub n_audio_head: u32,
    pub n_audio_layer: u32,
    /// Decoder positions: 448.
    pub n_text_ctx: u32,
    /// Width of the decoder, the same as the encoder's.
    pub n_text_state: u32,
    pub n_text_head: u32,
    pub n_text_layer: u32,
    /// Mel bands: 80, or 128 since large-v3.
    pub n_mels: u32,
    /// Modulo 1000: 1 for f16, 7 for `q8_0`.
    pub ftype: u32,
}

impl WhisperHeader {
    pub(crate) fn read<R: Read + Seek>(from: &mut Bounded<R>) -> Result<Self, GgmlError> {
        read_magic(from)?;
        let mut next = || from.u32("the header");
        Ok(Self {
            n_vocab: next()?,
            n_audio_ctx: next()?,
            n_audio_state: next()?,
            n_audio_head: next()?,
            n_audio_layer: next()?,
            n_text_ctx: next()?,
            n_text_state: next()?,
            n_text_head: next()?,
            n_text_layer: next()?,
            n_mels: next()?,
            ftype: next()?,
        })
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        put_u32(out, MAGIC)?;
        let numbers = [
            self.n_vocab,
            self.n_audio_ctx,
            self.n_audio_state,
            self.n_audio_head,
            self.n_audio_layer,
            self.n_text_ctx,
            self.n_text_state,
            self.n_text_head,
            self.n_text_layer,
            self.n_mels,
            self.ftype,
        ];
        numbers.into_iter().try_for_each(|number| put_u32(out, number))
    }

    /// Accepts the shapes that OpenAI published and no other: each head is 64 wide, encoder and decoder are equally wide.
    fn check(&self) -> Result<(), GgmlError> {
        let layers = [4, 6, 12, 24, 32];
        let facts = [
            ("n_vocab", self.n_vocab, (51864..=51866).contains(&self.n_vocab)),
            ("n_audio_ctx", self.n_audio_ctx, self.n_audio_ctx == 1500),
            ("n_audio_state", self.n_audio_state, [384, 512, 768, 1024, 1280].contains(&self.n_audio_state)),
            ("n_audio_head", self.n_audio_head, self.n_audio_head == self.n_audio_state / 64),
            ("n_audio_layer", self.n_audio_layer, layers.contains(&self.n_audio_layer)),
            ("n_text_ctx", self.n_text_ctx, self.n_text_ctx == 448),
            ("n_text_state", self.n_text_state, self.n_text_state == self.n_audio_state),
            ("n_text_head", self.n_text_head, self.n_text_head == self.n_audio_head),
            ("n_text_layer", self.n_text_layer, layers.contains(&self.n_text_layer)),
            ("n_mels", self.n_mels, [80, 128].contains(&self.n_mels)),
            ("ftype", self.ftype, [1, 7].contains(&(self.ftype % 1000))),
        ];
        match facts.into_iter().find(|(_, _, sound)| !sound) {
            None => Ok(()),
            Some((name, value, _)) => {
                Err(GgmlError::Foreign { wanted: "Whisper", problem: format!("{name} is {value}") })
            }
        }
    }
}

/// A tensor of a Whisper file, and where CTranslate2 keeps it: rows `part` of `parts` of `variable`.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) record: Record,
    pub(crate) variable: String,
    pub(crate) part: u32,
    pub(crate) parts: u32,
}

/// Every tensor that the header promises, in the order in which we write them; matrices are f16, the rest f32.
pub(crate) fn plan(header: &WhisperHeader) -> Vec<Planned> {
    let (state, mels) = (header.n_audio_state, header.n_mels);
    let mut plan = Plan { state, tensors: Vec::new() };
    plan.vector("encoder.positional_embedding", &[state, header.n_audio_ctx], "encoder/position_encodings/encodings");
    for (conv, width) in [("conv1", mels), ("conv2", state)] {
        plan.matrix(&format!("encoder.{conv}.weight"), &[3, width, state], &format!("encoder/{conv}/weight"));
        plan.vector(&format!("encoder.{conv}.bias"), &[1, state], &format!("encoder/{conv}/bias"));
    }
    for layer in 0..header.n_audio_layer {
        let (to, from) = (format!("encoder.blocks.{layer}"), format!("encoder/layer_{layer}"));
        plan.self_attention(&to, &from);
        plan.feed_forward(&to, &from);
    }
    plan.norm("encoder.ln_post", "encoder/layer_norm");
    plan.vector("decoder.positional_embedding", &[state, header.n_text_ctx], "decoder/position_encodings/encodings");
    plan.matrix("decoder.token_embedding.weight", &[state, header.n_vocab], "decoder/embeddings/weight");
    for layer in 0..header.n_text_layer {
        let (to, from) = (format!("decoder.blocks.{layer}"), format!("decoder/layer_{layer}"));
        plan.self_attention(&to, &from);
        plan.cross_attention(&to, &from);
        plan.feed_forward(&to, &from);
    }
    plan.norm("decoder.ln", "decoder/layer_norm");
    plan.tensors
}

struct Plan {
    state: u32,
    tensors: Vec<Planned>,
}

impl Plan {
    fn push(&mut self, name: String, sizes: &[u32], element: Element, variable: String, (part, parts): (u32, u32)) {
        let record = Record { name, sizes: sizes.to_vec(), element };
        self.tensors.push(Planned { record, variable, part, parts });
    }

    fn matrix(&mut self, name: &str, sizes: &[u32], variable: &str) {
        self.push(name.to_owned(), sizes, Element::F16, variable.to_owned(), (0, 1));
    }

    fn vector(&mut self, name: &str, sizes: &[u32], variable: &str) {
        self.push(name.to_owned(), sizes, Element::F32, variable.to_owned(), (0, 1));
    }

    fn norm(&mut self, name: &str, variable: &str) {
        self.vector(&format!("{name}.weight"), &[self.state], &format!("{variable}/gamma"));
        self.vector(&format!("{name}.bias"), &[self.state], &format!("{variable}/beta"));
    }

    /// A square matrix and, but for keys, its bias, out of what CTranslate2 stacked into one.
    fn projection(&mut self, name: &str, linear: &str, part: (u32, u32), with_bias: bool) {
        let state = self.state;
        self.push(format!("{name}.weight"), &[state, state], Element::F16, format!("{linear}/weight"), part);
        if with_bias {
            self.push(format!("{name}.bias"), &[state], Element::F32, format!("{linear}/bias"), part);
        }
    }

    fn self_attention(&mut self, to: &str, from: &str) {
        let (to, from) = (format!("{to}.attn"), format!("{from}/self_attention"));
        let stacked = format!("{from}/linear_0");
        self.projection(&format!("{to}.query"), &stacked, (0, 3), true);
        self.projection(&format!("{to}.key"), &stacked, (1, 3), false);
        self.projection(&format!("{to}.value"), &stacked, (2, 3), true);
        self.projection(&format!("{to}.out"), &format!("{from}/linear_1"), (0, 1), true);
        self.norm(&format!("{to}_ln"), &format!("{from}/layer_norm"));
    }

    fn cross_attention(&mut self, to: &str, from: &str) {
        let (to, from) = (format!("{to}.cross_attn"), format!("{from}/attention"));
        let stacked = format!("{from}/linear_1");
        self.projection(&format!("{to}.query"), &format!("{from}/linear_0"), (0, 1), true);
        self.projection(&format!("{to}.key"), &stacked, (0, 2), false);
        self.projection(&format!("{to}.value"), &stacked, (1, 2), true);
        self.projection(&format!("{to}.out"), &format!("{from}/linear_2"), (0, 1), true);
        self.norm(&format!("{to}_ln"), &format!("{from}/layer_norm"));
    }

    fn feed_forward(&mut self, to: &str, from: &str) {
        let (narrow, wide) = (self.state, self.state.saturating_mul(4));
        for (number, linear, [input, output]) in [(0, "linear_0", [narrow, wide]), (2, "linear_1", [wide, narrow])] {
            let (to, from) = (format!("{to}.mlp.{number}"), format!("{from}/ffn/{linear}"));
            self.matrix(&format!("{to}.weight"), &[input, output], &format!("{from}/weight"));
            self.vector(&format!("{to}.bias"), &[output], &format!("{from}/bias"));
        }
        self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"));
    }
}

/// Passes over the mel filters and the token table, which stand between header and tensors.
pub(crate) fn skip_mels_and_tokens<R: Read + Seek>(from: &mut Bounded<R>) -> Result<(), GgmlError> {
    let (bands, columns) = (from.u32("the mel filters")?, from.u32("the mel filters")?);
    let bytes = u64::from(bands).checked_mul(columns.into()).and_then(|count| count.checked_mul(4));
    from.skip("the mel filters", bytes.unwrap_or(u64::MAX))?;
    let tokens = from.u32("the token table")?;
    for token in 0..tokens {
        let length = from.u32("the token table")?;
        if length > MAX_TOKEN_BYTES {
            let problem = format!("token {token} has {length} bytes");
            return Err(GgmlError::Foreign { wanted: "Whisper", problem });
        }
        from.skip("the token table", length.into())?;
    }
    Ok(())
}

/// Reads and judges the header alone: the magic number, and the shapes that OpenAI published.
///
/// # Errors
/// [`VerifyError::Open`] when the file cannot be opened, [`VerifyError::Content`] when it is no Whisper file.
pub fn check_header(path: &Path) -> Result<WhisperHeader, VerifyError> {
    let mut from = Bounded::open(path).map_err(|source| VerifyError::open(path, source))?;
    read_checked(&mut from).map_err(|source| VerifyError::content(path, source))
}

/// Checks header, mel filters and token table, and walks the tensors to the exact end of the file: each one that the
/// header promises stands there once, with its sizes. Reads no tensor data: milliseconds, whatever the model's size.
///
/// # Errors
/// As [`check_header`]; the cause names the first tensor that is missing, cut off or of the wrong sizes.
pub fn check_tensors(path: &Path) -> Result<WhisperHeader, VerifyError> {
    let mut from = Bounded::open(path).map_err(|source| VerifyError::open(path, source))?;
    walk(&mut from).map_err(|source| VerifyError::content(path, source))
}

fn read_checked<R: Read + Seek>(from: &mut Bounded<R>) -> Result<WhisperHeader, GgmlError> {
    let header = WhisperHeader::read(from)?;
    header.check()?;
    Ok(header)
}

pub(crate) fn walk<R: Read + Seek>(from: &mut Bounded<R>) -> Result<WhisperHeader, GgmlError> {
    let header = read_checked(from)?;
    skip_mels_and_tokens(from)?;
    walk_records(from, plan(&header).into_iter().map(|planned| planned.record).collect())?;
    Ok(header)
}

#[cfg(test)]
mod tests;
