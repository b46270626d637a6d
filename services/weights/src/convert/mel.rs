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
            let height = if rising < falling { rising } else { falling };
            // The first weight is -0: a comparison keeps that sign, `max` need not.
            let height = if height < 0.0 { 0.0 } else { height };
            rounded(height * area)
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
    use std::io::Write;

    use super::*;
    use crate::digest::Hashing;

    /// The same formula in `numpy` 2.4 (linspace, exp, log, minimum, maximum; astype float32) gives these bytes.
    #[test]
    fn every_bit_is_that_of_the_usual_array_code() {
        for (bands, wanted) in [
            (80, "2150c30cbbeb6029f52002ffa666c1c72d83dbf53f463cb8462052055806e891"),
            (128, "aaac37f621282123f884373225515a47f119d6635d1fecd7fd78700fd961ae1c"),
        ] {
            let mut hashing = Hashing::new(std::io::sink());
            for weight in filters(bands) {
                hashing.write_all(&weight.to_le_bytes()).unwrap();
            }
            let (_, found, bytes) = hashing.finish();
            assert_eq!((found.to_string().as_str(), bytes), (wanted, u64::from(bands * MEL_COLUMNS * 4)));
        }
    }

    #[test]
    fn the_first_steps_are_the_published_ones() {
        let weights = filters(80);
        assert!((weights[1] - 0.024_862_6).abs() < 1e-6, "{}", weights[1]);
        assert!(weights[0].abs() < 1e-12);
    }
}
