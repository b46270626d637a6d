//! What the tests share: decoding to the end, measuring a tone, writing WAV files of every kind.

use std::f64::consts::TAU;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use media::{Block, Decoder, MediaError, SourceInfo};

/// Everything that came out of a source.
pub(crate) struct Heard {
    pub(crate) info: SourceInfo,
    /// Lost stretches are zeros.
    pub(crate) pcm: Vec<i16>,
    /// Where and how long, at 16 kHz, and why.
    pub(crate) lost: Vec<(usize, u64, MediaError)>,
    pub(crate) end: Result<(), MediaError>,
}

impl Heard {
    pub(crate) fn lost_samples(&self) -> u64 {
        self.lost.iter().map(|(_, samples, _)| samples).sum()
    }
}

pub(crate) fn hear(mut decoder: Decoder) -> Heard {
    let mut heard = Heard { info: decoder.info().clone(), pcm: Vec::new(), lost: Vec::new(), end: Ok(()) };
    loop {
        match decoder.next_block() {
            Ok(Some(Block::Pcm(samples))) => {
                assert!(!samples.is_empty());
                heard.pcm.extend(samples);
            }
            Ok(Some(Block::Lost { samples, source })) => {
                heard.lost.push((heard.pcm.len(), samples, source));
                // A hostile length must not become an allocation of ours.
                heard.pcm.resize(heard.pcm.len() + usize::try_from(samples.min(1 << 20)).unwrap(), 0);
            }
            Ok(None) => break,
            Err(error) => heard.end = Err(error),
        }
    }
    assert!(matches!(decoder.next_block(), Ok(None)), "after the end there is nothing");
    heard
}

pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub(crate) fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

/// Decodes `bytes` as a file, which can seek.
pub(crate) fn hear_file(bytes: &[u8]) -> Result<Heard, MediaError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    Decoder::open_file(file.path()).map(hear)
}

/// Decodes `bytes` as a pipe, which cannot.
pub(crate) fn hear_pipe(bytes: &[u8]) -> Result<Heard, MediaError> {
    Decoder::open_stream(Box::new(Cursor::new(bytes.to_vec()))).map(hear)
}

pub(crate) fn sine(rate: u32, seconds: f64, hz: f64, amplitude: f64) -> Vec<f64> {
    let samples = (0_u32..).take_while(|n| f64::from(*n) < seconds * f64::from(rate));
    samples.map(|n| amplitude * (TAU * hz * f64::from(n) / f64::from(rate)).sin()).collect()
}

/// Amplitude of the tone at `hz`, full scale being 1, by the Goertzel algorithm.
pub(crate) fn amplitude(pcm: &[i16], hz: f64) -> f64 {
    let step = TAU * hz / 16_000.0;
    let (mut before, mut last) = (0.0_f64, 0.0_f64);
    for sample in pcm {
        (before, last) = (last, f64::from(*sample) / 32_768.0 + 2.0 * step.cos() * last - before);
    }
    let power = last * last + before * before - 2.0 * step.cos() * last * before;
    2.0 * power.sqrt() / pcm.len() as f64
}

/// Share of the energy that is the tone at `hz`.
pub(crate) fn purity(pcm: &[i16], hz: f64) -> f64 {
    let energy: f64 = pcm.iter().map(|sample| (f64::from(*sample) / 32_768.0).powi(2)).sum();
    amplitude(pcm, hz).powi(2) / 2.0 * pcm.len() as f64 / energy
}

/// First sample that is clearly more than silence.
pub(crate) fn onset(pcm: &[i16]) -> usize {
    pcm.iter().position(|sample| sample.unsigned_abs() > 800).unwrap()
}

/// How samples lie in a WAV file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Coding {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
}

impl Coding {
    const FLOAT: u16 = 3;

    fn bytes(self, sample: f64) -> Vec<u8> {
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, as a converter should")]
        let integer = |bits: u32| (sample * f64::from(1_u32 << (bits - 1))).round() as i32;
        match self {
            Self::Unsigned8 => vec![u8::try_from((integer(8) + 128).clamp(0, 255)).unwrap()],
            Self::Signed16 => integer(16).clamp(-32_768, 32_767).to_le_bytes()[..2].to_vec(),
            Self::Signed24 => integer(24).clamp(-(1 << 23), (1 << 23) - 1).to_le_bytes()[..3].to_vec(),
            Self::Signed32 => integer(32).to_le_bytes().to_vec(),
            #[expect(clippy::cast_possible_truncation, reason = "the test wants this precision")]
            Self::Float32 => (sample as f32).to_le_bytes().to_vec(),
            Self::Float64 => sample.to_le_bytes().to_vec(),
        }
    }

    fn format(self) -> u16 {
        if matches!(self, Self::Float32 | Self::Float64) { Self::FLOAT } else { 1 }
    }
}

/// A WAV file whose channels all carry `samples`.
pub(crate) fn wav(coding: Coding, rate: u32, channels: u16, samples: &[f64]) -> Vec<u8> {
    let width = u16::try_from(coding.bytes(0.0).len()).unwrap();
    let body: Vec<u8> = samples.iter().flat_map(|sample| coding.bytes(*sample).repeat(usize::from(channels))).collect();
    let length = u32::try_from(body.len()).unwrap();
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((length + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    file.extend(coding.format().to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(rate.wrapping_mul(u32::from(channels) * u32::from(width)).to_le_bytes());
    file.extend((channels * width).to_le_bytes());
    file.extend((width * 8).to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(body);
    file
}
