//! The sound that an open window holds: samples, what was declared missing among them, who speaks, voice by frame.

use std::collections::VecDeque;

use domain::{CoverageReason, CoverageState, Interval, StreamRange, StreamTime};

use crate::voice::{FRAME_SAMPLES, Voice};

/// A frame's part in the search for a cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) voiced: bool,
    /// Mean square of its samples.
    pub(crate) power: f32,
}

/// Samples from `first` on without a hole, and what belongs to them. Frames begin at `frames_first`, which lies at or
/// after `first` (a margin kept from the window before is not searched again).
pub(crate) struct Tape {
    pub(crate) first: StreamTime,
    pub(crate) pcm: VecDeque<i16>,
    pub(crate) frames_first: StreamTime,
    pub(crate) frames: VecDeque<Frame>,
    /// Stretches that were zero-filled, with what they are.
    pub(crate) masks: Vec<Interval>,
    /// From which sample on who speaks; the last entry holds on.
    pub(crate) speakers: Vec<(StreamTime, Option<String>)>,
}

impl Tape {
    /// An empty tape; frames are counted from `frames_first` on.
    pub(crate) fn new(first: StreamTime, frames_first: StreamTime) -> Self {
        Self {
            first,
            pcm: VecDeque::new(),
            frames_first,
            frames: VecDeque::new(),
            masks: Vec::new(),
            speakers: Vec::new(),
        }
    }

    pub(crate) fn end(&self) -> StreamTime {
        self.first + count(self.pcm.len())
    }

    pub(crate) fn frames_end(&self) -> StreamTime {
        self.frames_first + count(self.frames.len() * FRAME_SAMPLES)
    }

    pub(crate) fn speaker(&mut self, speaker: Option<&str>) {
        if self.speakers.last().is_none_or(|(_, last)| last.as_deref() != speaker) {
            self.speakers.push((self.end(), speaker.map(str::to_owned)));
        }
    }

    pub(crate) fn append(&mut self, pcm: &[i16], voice: &mut dyn Voice) {
        self.pcm.extend(pcm);
        while self.frames_end() + count(FRAME_SAMPLES) <= self.end() {
            let at = usize::try_from(self.frames_end().samples() - self.first.samples()).unwrap_or(usize::MAX);
            let mut frame = [0; FRAME_SAMPLES];
            for (sample, &from) in frame.iter_mut().zip(self.pcm.range(at..)) {
                *sample = from;
            }
            let power = frame.iter().map(|&s| f32::from(s) * f32::from(s)).sum::<f32>() / FRAME_SAMPLES as f32;
            self.frames.push_back(Frame { voiced: voice.probability(&frame) >= 0.5, power });
        }
    }

    /// Zero-fills `samples` and remembers what they are.
    pub(crate) fn mask(&mut self, samples: i64, state: CoverageState, reason: CoverageReason, voice: &mut dyn Voice) {
        let first = self.end();
        if let Ok(range) = StreamRange::new(first, first + samples) {
            self.masks.push(Interval { range, state, reason: Some(reason) });
            self.append(&vec![0; usize::try_from(samples).unwrap_or(0)], voice);
        }
    }

    /// The samples of `[first, end)`, as far as they are here.
    pub(crate) fn samples(&self, first: StreamTime, end: StreamTime) -> Vec<i16> {
        let index = |at: StreamTime| usize::try_from((at.samples() - self.first.samples()).max(0)).unwrap_or(0);
        let (from, to) = (index(first).min(self.pcm.len()), index(end).min(self.pcm.len()));
        self.pcm.range(from..to).copied().collect()
    }

    /// Masks clipped to `range`.
    pub(crate) fn masks_in(&self, range: StreamRange) -> Vec<Interval> {
        self.masks
            .iter()
            .filter_map(|mask| mask.range.intersection(range).map(|range| Interval { range, ..*mask }))
            .collect()
    }

    /// Who speaks from where on inside `range`, beginning with its first sample.
    pub(crate) fn speakers_in(&self, range: StreamRange) -> Vec<(StreamTime, Option<String>)> {
        let before = self.speakers.iter().rev().find(|(at, _)| *at <= range.first());
        let inside = self.speakers.iter().filter(|(at, _)| *at > range.first() && *at < range.end());
        let opening = (range.first(), before.and_then(|(_, speaker)| speaker.clone()));
        std::iter::once(opening).chain(inside.cloned()).collect()
    }

    /// Forgets everything before `at`; samples from `keep` on stay as a margin.
    pub(crate) fn forget(&mut self, at: StreamTime, keep: StreamTime) {
        let frames = usize::try_from((at.samples() - self.frames_first.samples()).max(0)).unwrap_or(0) / FRAME_SAMPLES;
        let frames = frames.min(self.frames.len());
        self.frames.drain(..frames);
        self.frames_first = self.frames_first + count(frames * FRAME_SAMPLES);
        let samples = usize::try_from((keep.samples() - self.first.samples()).max(0)).unwrap_or(0);
        let samples = samples.min(self.pcm.len());
        self.pcm.drain(..samples);
        self.first = self.first + count(samples);
        self.masks.retain(|mask| mask.range.end() > self.first);
        let holding = self.speakers.iter().rposition(|(from, _)| *from <= self.first).unwrap_or(0);
        self.speakers.drain(..holding);
    }
}

/// A length as samples of stream time.
pub(crate) fn count(samples: usize) -> i64 {
    i64::try_from(samples).unwrap_or(i64::MAX)
}
