//! Sound for the tests: committed speech by name, music and tones of our own, and WAV files of any kind.

use std::{
    f64::consts::TAU,
    fs,
    path::{Path, PathBuf},
};

use crate::program::root;

/// Copies committed sound of the demo to `folder`, away from the description that lies beside it.
pub(crate) fn copy_demo(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    let copy = |name: &&str| {
        let to = folder.join(format!("{name}.opus"));
        fs::copy(root().join(format!("tests/demo/{name}.opus")), &to).unwrap();
        to
    };
    names.iter().map(copy).collect()
}

/// A file of the decoder's own tests.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    fs::read(root().join("services/media/tests/data").join(name)).unwrap()
}

/// What a WAV file holds.
#[derive(Clone, Copy)]
pub(crate) enum Coding {
    Pcm16,
    MuLaw,
}

/// A WAV file (RIFF) of interleaved samples.
pub(crate) fn wav(samples: &[i16], rate: u32, channels: u16, coding: Coding) -> Vec<u8> {
    let (tag, width): (u16, u16) = match coding {
        Coding::Pcm16 => (1, 2),
        Coding::MuLaw => (7, 1),
    };
    let data: Vec<u8> = match coding {
        Coding::Pcm16 => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        Coding::MuLaw => samples.iter().map(|sample| mu_law(*sample)).collect(),
    };
    let size = u32::try_from(data.len()).unwrap();
    let block = width * channels;
    // What is not PCM says how many bytes of its own follow: none.
    let more: &[u8] = if tag == 1 { &[] } else { &[0, 0] };
    let header = 16 + u32::try_from(more.len()).unwrap();
    let mut file = Vec::with_capacity(data.len() + 44);
    file.extend(b"RIFF");
    file.extend((20 + header + size).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(header.to_le_bytes());
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend((width * 8).to_le_bytes());
    file.extend(more);
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

/// ITU-T G.711: sign, exponent and mantissa of the biased magnitude, inverted.
fn mu_law(sample: i16) -> u8 {
    const BIAS: u32 = 132;
    let magnitude = u32::from(sample.unsigned_abs()).min(32_635) + BIAS;
    let exponent = magnitude.ilog2() - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 15;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | u8::try_from(exponent << 4 | mantissa).unwrap())
}

/// A chord that changes every two seconds over a beat of two in a second: nobody speaks, and it is not silent.
pub(crate) fn music(seconds: u32) -> Vec<i16> {
    const CHORDS: [[f64; 3]; 4] =
        [[220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [130.8, 196.0, 261.6], [196.0, 246.9, 293.7]];
    let sample = |n: u32| {
        let time = f64::from(n) / 16_000.0;
        let chord: f64 = CHORDS[(n / 32_000 % 4) as usize]
            .iter()
            .map(|pitch| (TAU * pitch * time).sin() + 0.3 * (TAU * 2.0 * pitch * time).sin())
            .sum();
        let since_beat = time % 0.5;
        let beat = (TAU * 60.0 * since_beat).sin() * (-18.0 * since_beat).exp();
        quantised(0.09 * chord + 0.35 * beat)
    };
    (0..seconds * 16_000).map(sample).collect()
}

/// A tone of so many samples.
pub(crate) fn tone(samples: u32, rate: u32, pitch: f64) -> Vec<i16> {
    (0..samples).map(|n| quantised(0.4 * (TAU * pitch * f64::from(n) / f64::from(rate)).sin())).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of the target")]
fn quantised(value: f64) -> i16 {
    (value * 32_767.0).clamp(-32_768.0, 32_767.0) as i16
}

/// splitmix64: the same numbers for the same seed, on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
