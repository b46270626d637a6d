//! Where in a window somebody speaks, by Silero's probabilities, and which span of it to decode.

use domain::{StreamRange, StreamTime};

/// Samples that one probability stands for: 32 ms.
pub const PROBABILITY_SAMPLES: i64 = 512;

/// Speech begins at this probability …
const ON: f32 = 0.5;
/// … and lasts while it stays above this one (Silero's own hysteresis).
const OFF: f32 = 0.35;
/// Runs this close are one: 300 ms.
const JOIN: i64 = 4_800;
/// Less speech than this in a window is none: 250 ms.
const LEAST: i64 = 4_000;
/// What stays around the speech when the span is trimmed: 300 ms.
const MARGIN: i64 = 4_800;

/// Stretches of speech in the sound from `pcm_first` on, `pcm_len` samples long, in order.
///
/// `probabilities` has one value for each 512 samples. Nothing comes out where less than 250 ms reach 0.5.
pub fn regions(probabilities: &[f32], pcm_first: StreamTime, pcm_len: usize) -> Vec<StreamRange> {
    let pcm_end = pcm_first + crate::tape::count(pcm_len);
    let mut regions: Vec<StreamRange> = Vec::new();
    let mut voiced_samples = 0;
    let mut speaking = false;
    for (index, &probability) in probabilities.iter().enumerate() {
        let first = pcm_first + crate::tape::count(index) * PROBABILITY_SAMPLES;
        speaking = probability >= ON || (speaking && probability >= OFF);
        voiced_samples += if probability >= ON { PROBABILITY_SAMPLES } else { 0 };
        let Ok(frame) = StreamRange::new(first, pcm_end.min(first + PROBABILITY_SAMPLES)) else { break };
        if speaking {
            match regions.last_mut() {
                Some(last) if first.samples() - last.end().samples() <= JOIN => *last = last.hull(frame),
                _ => regions.push(frame),
            }
        }
    }
    if voiced_samples < LEAST { Vec::new() } else { regions }
}

/// The span to decode for a window: its speech with 300 ms around it, inside the sound that is there.
///
/// None where no region reaches into the window.
pub fn span(window: StreamRange, regions: &[StreamRange], pcm: StreamRange) -> Option<StreamRange> {
    let first_inside = regions.iter().find(|region| region.overlaps(window))?;
    let last_inside = regions.iter().rev().find(|region| region.overlaps(window))?;
    let first = pcm.first().max(first_inside.first() + -MARGIN);
    let end = pcm.end().min(last_inside.end() + MARGIN);
    StreamRange::new(first, end).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probabilities(runs: &[(usize, f32)]) -> Vec<f32> {
        runs.iter().flat_map(|&(frames, p)| std::iter::repeat_n(p, frames)).collect()
    }

    fn found(runs: &[(usize, f32)]) -> Vec<(i64, i64)> {
        let probabilities = probabilities(runs);
        regions(&probabilities, StreamTime::ZERO, probabilities.len() * 512)
            .iter()
            .map(|region| (region.first().samples() / 512, region.end().samples() / 512))
            .collect()
    }

    #[test]
    fn a_click_is_not_speech() {
        assert_eq!(found(&[(20, 0.1), (7, 0.9), (20, 0.1)]), []);
        assert_eq!(found(&[(20, 0.1), (8, 0.9), (20, 0.1)]), [(20, 28)]);
    }

    #[test]
    fn short_pauses_join_and_long_ones_part() {
        assert_eq!(found(&[(10, 0.9), (9, 0.0), (10, 0.9)]), [(0, 29)]);
        assert_eq!(found(&[(10, 0.9), (10, 0.0), (10, 0.9)]), [(0, 10), (20, 30)]);
    }

    #[test]
    fn speech_lasts_while_it_is_likely_enough() {
        assert_eq!(found(&[(10, 0.4), (10, 0.9), (10, 0.4), (20, 0.3)]), [(10, 30)]);
    }

    #[test]
    fn a_span_is_trimmed_to_speech_and_kept_inside_the_sound() {
        let range = |first, end| StreamRange::from_samples(first, end).unwrap();
        let (window, pcm) = (range(16_000, 96_000), range(8_000, 104_000));
        assert_eq!(span(window, &[range(40_000, 60_000)], pcm), Some(range(35_200, 64_800)));
        assert_eq!(span(window, &[range(8_000, 20_000)], pcm), Some(range(8_000, 24_800)));
        assert_eq!(span(window, &[range(8_000, 15_000)], pcm), None);
    }
}
