//! Any rate to 16 kHz, in one channel, without delay and with the exact number of samples.
//!
//! rubato's FFT resampler: both rates are fixed, so the asynchronous ones would cost more for nothing.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _, WindowFunction};

use crate::{Cause, MediaError, SAMPLE_RATE_HZ};

/// Input frames a transform at 48 kHz: the longer, the nearer the cut-off is to 8 kHz; 1024 puts it at 7.5 kHz or more.
const TRANSFORM_FRAMES: usize = 1024;

/// A stream of mono samples on its way from one rate to 16 kHz.
pub(crate) struct Resampler {
    fft: Fft<f32>,
    /// Input not yet transformed: less than one transform.
    pending: Vec<f32>,
    /// Output of one transform.
    scratch: Vec<f32>,
    /// Output samples still to drop: the delay of the filter.
    delay: usize,
    sample_rate_hz: u32,
}

impl Resampler {
    pub(crate) fn new(sample_rate_hz: u32) -> Result<Self, MediaError> {
        // Low rates are stretched: fewer frames in, so that the transform does not grow on the other side.
        let frames = TRANSFORM_FRAMES.min(sample_rate_hz as usize / 16).max(1);
        let (from, to) = (sample_rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let fft = Fft::new_custom(from, to, frames, 1, 1, WindowFunction::BlackmanHarris2, FixedSync::Both)
            .map_err(|e| failed(sample_rate_hz, e))?;
        let scratch = vec![0.0; fft.output_frames_max()];
        let delay = fft.output_delay();
        Ok(Self { fft, pending: Vec::new(), scratch, delay, sample_rate_hz })
    }

    /// Takes `samples` and appends to `out` what is ready.
    pub(crate) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), MediaError> {
        self.pending.extend_from_slice(samples);
        let step = self.fft.input_frames_next();
        let mut taken = 0;
        while self.pending.len() - taken >= step {
            self.transform(taken, step, out)?;
            taken += step;
        }
        self.pending.drain(..taken);
        Ok(())
    }

    /// Appends exactly `wanted` samples, the end of the stream, and forgets it.
    pub(crate) fn finish(&mut self, wanted: usize, out: &mut Vec<f32>) -> Result<(), MediaError> {
        if wanted == 0 && self.pending.is_empty() {
            return Ok(());
        }
        let end = out.len() + wanted;
        self.transform(0, self.pending.len(), out)?;
        self.pending.clear();
        while out.len() < end {
            self.transform(0, 0, out)?;
        }
        out.truncate(end);
        self.fft.reset();
        self.delay = self.fft.output_delay();
        Ok(())
    }

    /// Transforms `frames` pending frames from `first` on, silence behind them.
    fn transform(&mut self, first: usize, frames: usize, out: &mut Vec<f32>) -> Result<(), MediaError> {
        let rate = self.sample_rate_hz;
        let length = self.scratch.len();
        let input =
            InterleavedSlice::new(&self.pending[first..first + frames], 1, frames).map_err(|e| failed(rate, e))?;
        let mut output = InterleavedSlice::new_mut(&mut self.scratch, 1, length).map_err(|e| failed(rate, e))?;
        let partial = Indexing::new().partial_len(frames);
        let (_, made) =
            self.fft.process_into_buffer(&input, &mut output, Some(&partial)).map_err(|e| failed(rate, e))?;
        let dropped = self.delay.min(made);
        self.delay -= dropped;
        out.extend_from_slice(&self.scratch[dropped..made]);
        Ok(())
    }
}

fn failed(sample_rate_hz: u32, source: impl Into<Cause>) -> MediaError {
    MediaError::Resampler { sample_rate_hz, source: source.into() }
}
