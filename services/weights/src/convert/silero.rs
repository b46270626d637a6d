//! Silero voice activity: safetensors to the ggml file that whisper.cpp's `WhisperVadContext` reads.
//!
//! The network is fixed (16 kHz, windows of 512 samples with 64 before them, four convolutions, one LSTM), so names and
//! shapes are a table here and any other file is refused. Sources: the package silero-vad 6.2, `whisper_vad_init` of 1.8.

use std::io::{self, Read, Seek, Write};
use std::path::Path;

use half::f16;
use safetensors::{Dtype, SafeTensors};

use super::ConvertError;
use crate::bounded::{Bounded, put_u32};
use crate::ggml::{Element, GgmlError, MAGIC, Record, read_magic, walk_records};

const MAX_SOURCE_BYTES: u64 = 16 << 20;
const KIND: &str = "silero-16k";
/// Version 6.2.0; window and context in samples; the encoder's layers (channels in, out, kernel); LSTM in and hidden; the
/// last convolution's channels in and out.
const FACTS: [u32; 22] = [6, 2, 0, 512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1];

/// Name in the safetensors file and its shape there, slowest first; name, element and sizes in ours, fastest first.
struct Planned {
    source: &'static str,
    shape: &'static [usize],
    record: Record,
}

fn plan() -> Vec<Planned> {
    let row = |source, shape, name: &str, element, sizes: &[u32]| Planned {
        source,
        shape,
        record: Record { name: format!("_model.{name}"), sizes: sizes.to_vec(), element },
    };
    let (whole, half) = (Element::F32, Element::F16);
    vec![
        row("conv1.weight", &[128, 129, 3], "encoder.0.reparam_conv.weight", half, &[3, 129, 128]),
        row("conv1.bias", &[128], "encoder.0.reparam_conv.bias", whole, &[128]),
        row("conv2.weight", &[64, 128, 3], "encoder.1.reparam_conv.weight", half, &[3, 128, 64]),
        row("conv2.bias", &[64], "encoder.1.reparam_conv.bias", whole, &[64]),
        row("conv3.weight", &[64, 64, 3], "encoder.2.reparam_conv.weight", half, &[3, 64, 64]),
        row("conv3.bias", &[64], "encoder.2.reparam_conv.bias", whole, &[64]),
        row("conv4.weight", &[128, 64, 3], "encoder.3.reparam_conv.weight", half, &[3, 64, 128]),
        row("conv4.bias", &[128], "encoder.3.reparam_conv.bias", whole, &[128]),
        row("lstm_cell.weight_ih", &[512, 128], "decoder.rnn.weight_ih", whole, &[128, 512]),
        row("lstm_cell.weight_hh", &[512, 128], "decoder.rnn.weight_hh", whole, &[128, 512]),
        row("lstm_cell.bias_ih", &[512], "decoder.rnn.bias_ih", whole, &[512]),
        row("lstm_cell.bias_hh", &[512], "decoder.rnn.bias_hh", whole, &[512]),
        row("final_conv.weight", &[1, 128, 1], "decoder.decoder.2.weight", half, &[128]),
        row("final_conv.bias", &[1], "decoder.decoder.2.bias", whole, &[]),
        row("stft_conv.weight", &[258, 1, 256], "stft.forward_basis_buffer", half, &[256, 1, 258]),
    ]
}

/// Converts `silero_vad_16k.safetensors`.
///
/// # Errors
/// [`ConvertError`]: not a safetensors file, or not this network; or `out` failing.
pub(crate) fn silero_from_safetensors(source: &Path, out: &mut impl Write) -> Result<(), ConvertError> {
    let mut from = Bounded::open(source).map_err(|error| ConvertError::open(source, error))?;
    if from.size() > MAX_SOURCE_BYTES {
        let problem = format!("{} bytes are too many", from.size());
        return Err(ConvertError::Foreign { wanted: "Silero's weights", problem });
    }
    let bytes = from.take("the weights", from.size())?;
    convert(&SafeTensors::deserialize(&bytes)?, out)
}

fn convert(weights: &SafeTensors<'_>, out: &mut impl Write) -> Result<(), ConvertError> {
    write_head(out).map_err(ConvertError::Write)?;
    for Planned { source, shape, record } in plan() {
        let tensor = weights.tensor(source)?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
            let problem = format!("is {:?} {:?}, not F32 {shape:?}", tensor.dtype(), tensor.shape());
            return Err(ConvertError::Variable { name: source.to_owned(), problem });
        }
        let (values, _) = tensor.data().as_chunks();
        let values = values.iter().map(|&four| f32::from_le_bytes(four));
        if !values.clone().all(f32::is_finite) {
            return Err(ConvertError::NotFinite { name: source.to_owned() });
        }
        let data: Vec<u8> = match record.element {
            Element::F16 => values.flat_map(|value| f16::from_f32(value).to_le_bytes()).collect(),
            Element::F32 | Element::Q8_0 => tensor.data().to_vec(),
        };
        record.write(out).and_then(|()| out.write_all(&data)).map_err(ConvertError::Write)?;
    }
    Ok(())
}

fn write_head(out: &mut impl Write) -> io::Result<()> {
    put_u32(out, MAGIC)?;
    put_u32(out, u32::try_from(KIND.len()).map_err(io::Error::other)?)?;
    out.write_all(KIND.as_bytes())?;
    FACTS.into_iter().try_for_each(|fact| put_u32(out, fact))
}

/// Checks a finished file: its head, then every tensor, to the exact end.
pub(crate) fn walk<R: Read + Seek>(from: &mut Bounded<R>) -> Result<(), GgmlError> {
    let foreign = |problem| GgmlError::Foreign { wanted: "Silero", problem };
    read_magic(from)?;
    if from.u32("the kind")? != 10 || from.take("the kind", 10)? != KIND.as_bytes() {
        return Err(foreign(format!("its kind is not {KIND:?}")));
    }
    for (number, wanted) in FACTS.into_iter().enumerate() {
        let found = from.u32("the head")?;
        if found != wanted {
            return Err(foreign(format!("number {number} of its head is {found}, not {wanted}")));
        }
    }
    walk_records(from, plan().into_iter().map(|planned| planned.record).collect())
}

#[cfg(test)]
pub(crate) mod tests;
