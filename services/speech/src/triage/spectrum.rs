//! Power spectra of a window, one a frame.

use realfft::RealFftPlanner;

use crate::hearing::GATE_FRAME;

/// 128 ms: lines of tones a semitone apart stand apart down to 130 Hz.
const SIZE: usize = 2_048;
/// Bins kept, 7.8 Hz each: up to 4.1 kHz.
pub(super) const BINS: usize = 530;

/// One power spectrum a frame, where one is wanted; a sine of full scale gives about 0.06.
pub(super) struct Spectra {
    frames: Vec<Option<Vec<f32>>>,
}

impl Spectra {
    /// Spectra around the middles of the `wanted` frames, zeros beyond the window's ends.
    pub(super) fn of(window: &[i16], wanted: &[bool]) -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(SIZE);
        let (mut time, mut spectrum, mut scratch) =
            (fft.make_input_vec(), fft.make_output_vec(), fft.make_scratch_vec());
        let scale = 1.0 / (32_768.0 * SIZE as f32);
        let hann: Vec<f32> =
            (0..SIZE).map(|i| scale * (0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / SIZE as f32).cos())).collect();
        let mut frame_of = |frame: usize| {
            let middle = frame * GATE_FRAME + GATE_FRAME / 2;
            for (i, (value, weight)) in time.iter_mut().zip(&hann).enumerate() {
                let sample = (middle + i).checked_sub(SIZE / 2).and_then(|at| window.get(at));
                *value = weight * f32::from(sample.copied().unwrap_or(0));
            }
            // It fails for buffers of a wrong length only, and these are its own.
            fft.process_with_scratch(&mut time, &mut spectrum, &mut scratch).ok()?;
            Some(spectrum[..BINS].iter().map(realfft::num_complex::Complex::norm_sqr).collect())
        };
        let frames = wanted.iter().enumerate().map(|(i, &wanted)| if wanted { frame_of(i) } else { None });
        Self { frames: frames.collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn frame(&self, i: usize) -> Option<&[f32]> {
        self.frames.get(i)?.as_deref()
    }

    /// The mean over the frames there are in a range, with their number; `None` where there are none.
    pub(super) fn mean(&self, range: std::ops::Range<usize>) -> Option<(Vec<f32>, usize)> {
        let mut sum = vec![0.0_f32; BINS];
        let mut count = 0;
        for spectrum in range.filter_map(|i| self.frame(i)) {
            sum.iter_mut().zip(spectrum).for_each(|(sum, value)| *sum += value);
            count += 1;
        }
        let frames = count as f32;
        (count > 0).then(|| (sum.into_iter().map(|sum| sum / frames).collect(), count))
    }
}
