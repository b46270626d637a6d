//! A beat: the rises of energy repeat at an even distance.

use super::spectrum::{BINS, Spectra};

/// Six bands from 30 Hz up, as edges in bins.
const EDGES: [usize; 7] = [4, 20, 50, 110, 220, 380, BINS];
/// Frames judged together (8 s) and the fewest that tell a beat (4 s).
const SPAN: usize = 250;
const LEAST: usize = 125;
/// Frames from one beat to the next: 0.26 to 2 s.
const FASTEST: usize = 8;
const SLOWEST: usize = 63;
/// From this correlation of the rises with themselves one beat later on, there is one. Measured: noise below 0.35.
const BEAT: f32 = 0.5;
/// Standard deviation of the rises; steady noise stays below 0.6.
const LIVELY: f32 = 1.2;

/// For each frame, whether the seconds around it have a beat.
pub(super) fn musical(spectra: &Spectra) -> Vec<bool> {
    let energies: Vec<Option<[f32; 6]>> = (0..spectra.len()).map(|i| spectra.frame(i).map(log_energies)).collect();
    let rises: Vec<Option<f32>> = (0..energies.len()).map(|i| rise(&energies, i)).collect();
    let mut musical = vec![false; rises.len()];
    let mut from = 0;
    for run in rises.chunk_by(|a, b| a.is_some() == b.is_some()) {
        let values: Vec<f32> = run.iter().flatten().copied().collect();
        if values.len() >= LEAST {
            for at in (0..values.len()).step_by(LEAST) {
                let end = (at + SPAN).min(values.len());
                let begin = end.saturating_sub(SPAN);
                let here = at..(at + LEAST).min(values.len());
                musical[from + here.start..from + here.end].fill(has_beat(&values[begin..end]));
            }
        }
        from += run.len();
    }
    musical
}

fn log_energies(spectrum: &[f32]) -> [f32; 6] {
    std::array::from_fn(|band| (spectrum[EDGES[band]..EDGES[band + 1]].iter().sum::<f32>() + 1e-11).ln())
}

/// The sum of the bands' rises since two frames before.
fn rise(energies: &[Option<[f32; 6]>], i: usize) -> Option<f32> {
    let before = energies.get(i.checked_sub(2)?)?.as_ref()?;
    let pairs = energies[i].as_ref()?.iter().zip(before);
    Some(pairs.map(|(now, before)| (now - before).max(0.0)).sum())
}

fn has_beat(rises: &[f32]) -> bool {
    let count = rises.len() as f32;
    let mean = rises.iter().sum::<f32>() / count;
    let centred: Vec<f32> = rises.iter().map(|rise| rise - mean).collect();
    let power = centred.iter().map(|value| value * value).sum::<f32>() / count;
    let correlation = |lag: usize| {
        let products = centred.iter().zip(&centred[lag..]).map(|(a, b)| a * b);
        products.sum::<f32>() / (centred.len() - lag) as f32 / power.max(1e-9)
    };
    power.sqrt() >= LIVELY && (FASTEST..=SLOWEST.min(centred.len() / 2)).any(|lag| correlation(lag) >= BEAT)
}
