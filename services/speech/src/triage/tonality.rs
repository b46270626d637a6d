//! Tones that change: the mean spectrum of a second has lines, and they move.

use super::spectrum::{BINS, Spectra};

/// Frames a block spans (1 s), and the step from one to the next.
const BLOCK: usize = 32;
const STEP: usize = 16;
/// A block needs half its frames; those of speech and silence are missing.
const LEAST_FRAMES: usize = BLOCK / 2;
/// Bins looked at: 62 Hz to 4 kHz.
const FIRST_BIN: usize = 8;
const END_BIN: usize = 512;
/// Bins to each side that make a line's surroundings.
const AROUND: usize = 12;
/// A line rises this much above its surroundings, in dB.
const LINE_DB: f32 = 5.0;
/// Blocks to each side that a block is judged with: about 4 s in all.
const CONTEXT: usize = 3;
/// The ripple that a mean over 31 frames of any steady noise has, in dB. Measured: 0.96 to 1.12.
const NOISE_RIPPLE_DB: f32 = 1.04;
const NOISE_FRAMES: f32 = 31.0;
/// From this ripple on, noise's own taken off, a block is tonal. Measured: noise below 1.2, 97 % of music above.
const TONAL_DB: f32 = 1.65;
/// From this change of its lines a second on, a tonal block is music. Measured: hum and tones below 0.75.
const CHANGING_DB: f32 = 0.85;

/// One second as tonality sees it.
struct Block {
    /// Height of each bin over its surroundings, in dB.
    relief: Vec<f32>,
    ripple: f32,
}

/// For each frame, whether its surroundings are tones that change.
pub(super) fn musical(spectra: &Spectra) -> Vec<bool> {
    let count = spectra.len().div_ceil(STEP);
    let blocks: Vec<Option<Block>> = (0..count)
        .map(|i| spectra.mean(i * STEP..i * STEP + BLOCK).filter(|(_, frames)| *frames >= LEAST_FRAMES))
        .map(|mean| mean.map(|(spectrum, frames)| block(&spectrum, frames)))
        .collect();
    let changes: Vec<Option<f32>> = (0..count).map(|i| change(&blocks, i)).collect();
    let is_music: Vec<bool> = (0..count)
        .map(|i| {
            let context = i.saturating_sub(CONTEXT)..(i + CONTEXT + 1).min(count);
            let ripple = median(blocks[context.clone()].iter().flatten().map(|block| block.ripple).collect());
            let change = median(changes[context].iter().flatten().copied().collect());
            ripple.is_some_and(|db| db >= TONAL_DB) && change.is_some_and(|db| db >= CHANGING_DB)
        })
        .collect();
    // A block begins at its first frame; the frame half a block later is its middle.
    (0..spectra.len()).map(|frame| is_music[frame.saturating_sub(BLOCK / 4) / STEP]).collect()
}

fn block(spectrum: &[f32], frames: usize) -> Block {
    let loudest = spectrum[FIRST_BIN..END_BIN].iter().copied().fold(0.0, f32::max);
    // 60 dB below the loudest, rounding and codecs leave patterns of their own.
    let floor = loudest * 1e-6 + 1e-14;
    let db: Vec<f32> = spectrum.iter().map(|power| 10.0 * (power + floor).log10()).collect();
    let relief: Vec<f32> = (FIRST_BIN..END_BIN)
        .map(|bin| {
            let around = &db[bin.saturating_sub(AROUND).max(2)..(bin + AROUND + 1).min(BINS)];
            db[bin] - around.iter().sum::<f32>() / around.len() as f32
        })
        .collect();
    let power = relief.iter().map(|db| db * db).sum::<f32>() / relief.len() as f32;
    let noise = NOISE_RIPPLE_DB * NOISE_RIPPLE_DB * NOISE_FRAMES / frames as f32;
    Block { relief, ripple: (power - noise).max(0.0).sqrt() }
}

/// How much the lines of a block differ from those a second before, in dB; 0 without lines.
fn change(blocks: &[Option<Block>], i: usize) -> Option<f32> {
    let now = blocks[i].as_ref()?;
    let before = blocks.get(i.checked_sub(BLOCK / STEP)?)?.as_ref()?;
    let pairs = now.relief.iter().zip(&before.relief);
    let lines: Vec<f32> = pairs.filter(|(a, b)| **a > LINE_DB || **b > LINE_DB).map(|(a, b)| (a - b).abs()).collect();
    Some(lines.iter().sum::<f32>() / lines.len().max(1) as f32)
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}
