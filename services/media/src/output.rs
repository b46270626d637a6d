//! The far end: samples at any rate go in, blocks at 16 kHz come out, and every position is exact.
//!
//! Positions are counted in frames of the source and converted once, so that rounding cannot add up: behind `n` frames at
//! `r` Hz stands sample `round(n × 16000 / r)`, whatever was decoded, lost or cut in between.

use std::collections::VecDeque;

use crate::resample::Resampler;
use crate::{Block, MediaError, SAMPLE_RATE_HZ};

/// Queue of finished blocks and the state behind them.
#[derive(Default)]
pub(crate) struct Output {
    blocks: VecDeque<Block>,
    /// Samples in all blocks ever queued, lost ones included.
    position: u64,
    /// A lost stretch that may still grow.
    lost: Option<(u64, MediaError)>,
    /// `position` where the frames began to be counted at `frame_rate_hz`.
    base: u64,
    frames: u64,
    frame_rate_hz: u32,
    /// Rate of the samples that come in; `None` in `resampler` when it is 16 kHz already.
    sample_rate_hz: u32,
    resampler: Option<Resampler>,
}

impl Output {
    /// Takes decoded mono `samples` at `sample_rate_hz` that stand for `frames` of the source at `frame_rate_hz`. The
    /// two differ where the decoder resamples by itself.
    pub(crate) fn push(
        &mut self,
        samples: &[f32],
        sample_rate_hz: u32,
        frames: u64,
        frame_rate_hz: u32,
    ) -> Result<(), MediaError> {
        if samples.is_empty() && frames == 0 {
            return Ok(());
        }
        self.queue_lost();
        self.count_at(frame_rate_hz)?;
        if self.sample_rate_hz != sample_rate_hz {
            self.flush()?;
            self.resampler =
                if sample_rate_hz == SAMPLE_RATE_HZ { None } else { Some(Resampler::new(sample_rate_hz)?) };
            self.sample_rate_hz = sample_rate_hz;
        }
        self.frames += frames;
        let mut ready = Vec::new();
        match &mut self.resampler {
            Some(resampler) => resampler.push(samples, &mut ready)?,
            None => ready.extend_from_slice(samples),
        }
        self.queue(&ready);
        Ok(())
    }

    /// Notes that `frames` of the source cannot be had; 0 when their number is not known.
    pub(crate) fn lose(&mut self, frames: u64, frame_rate_hz: u32, why: MediaError) -> Result<(), MediaError> {
        self.count_at(frame_rate_hz)?;
        self.flush()?;
        self.frames += frames;
        let samples = self.target().saturating_sub(self.position);
        self.position += samples;
        match &mut self.lost {
            Some((lost, _)) => *lost += samples,
            None => self.lost = Some((samples, why)),
        }
        Ok(())
    }

    /// Brings out everything that is still on its way. More may follow.
    pub(crate) fn finish(&mut self) -> Result<(), MediaError> {
        self.flush()?;
        self.queue_lost();
        Ok(())
    }

    pub(crate) fn next_block(&mut self) -> Option<Block> {
        self.blocks.pop_front()
    }

    pub(crate) fn has_blocks(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Seconds of the source that were read or are known to be lost.
    pub(crate) fn seconds(&self) -> f64 {
        let counted = self.frames as f64 / f64::from(self.frame_rate_hz.max(1));
        self.base as f64 / f64::from(SAMPLE_RATE_HZ) + counted
    }

    fn count_at(&mut self, frame_rate_hz: u32) -> Result<(), MediaError> {
        if self.frame_rate_hz != frame_rate_hz {
            self.flush()?;
            (self.base, self.frames, self.frame_rate_hz) = (self.position, 0, frame_rate_hz);
        }
        Ok(())
    }

    /// The sample behind the last frame counted.
    fn target(&self) -> u64 {
        let rate = u128::from(self.frame_rate_hz.max(1));
        let samples = (u128::from(self.frames) * u128::from(SAMPLE_RATE_HZ) + rate / 2) / rate;
        self.base.saturating_add(u64::try_from(samples).unwrap_or(u64::MAX))
    }

    fn flush(&mut self) -> Result<(), MediaError> {
        let missing = usize::try_from(self.target().saturating_sub(self.position)).unwrap_or(usize::MAX);
        let mut ready = Vec::new();
        match &mut self.resampler {
            Some(resampler) => resampler.finish(missing, &mut ready)?,
            // A cut inside a frame of three source frames: at most two samples.
            None => ready.resize(missing, 0.0),
        }
        self.queue(&ready);
        Ok(())
    }

    fn queue(&mut self, samples: &[f32]) {
        if samples.is_empty() {
            return;
        }
        self.position += samples.len() as u64;
        self.blocks.push_back(Block::Pcm(samples.iter().map(|sample| quantise(*sample)).collect()));
    }

    fn queue_lost(&mut self) {
        if let Some((samples, source)) = self.lost.take() {
            self.blocks.push_back(Block::Lost { samples, source });
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16; a float cast saturates anyway")]
fn quantise(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}
