//! Cuts the records of one epoch into windows that tile it.

use std::collections::VecDeque;

use domain::{
    AudioBody, AudioRecord, CoverageReason, CoverageState, Interval, SAMPLE_RATE_HZ, StreamRange, StreamTime,
};

use crate::{
    tape::{Tape, count},
    voice::{FRAME_SAMPLES, Voice},
};

/// Where windows may end, in samples. They belong to a model and a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// No cut before.
    pub min: i64,
    /// A cut at the latest here.
    pub max: i64,
    /// A run without voice of this length is a pause; one of twice this length ends a window at `min`.
    pub pause: i64,
    /// Sound kept on both sides of a seam without a pause.
    pub margin: i64,
}

/// Where to take an epoch up: after the last stored window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// The sample after the last stored window.
    pub next_first: StreamTime,
    /// Whether that window ended without a pause, so that a margin before it is wanted.
    pub seam: bool,
    /// Why samples are missing, if the first record to come lies later: `sequence_jump` unless the topic lost them.
    pub missing: Option<CoverageReason>,
}

/// A window that is complete, with what its hearing needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedWindow {
    /// The stretch that it owns.
    pub range: StreamRange,
    /// Sound from `pcm_first` on: the window, and a margin at each seam. Empty where all of it was declared.
    pub pcm: Vec<i16>,
    /// Stream time of the first sample of `pcm`.
    pub pcm_first: StreamTime,
    /// Declared stretches inside the window, in order.
    pub masks: Vec<Interval>,
    /// From which sample on who speaks, beginning with the window's first.
    pub speakers: Vec<(StreamTime, Option<String>)>,
    /// The language expected.
    pub language: String,
    /// Whether it begins without a pause.
    pub seam_before: bool,
    /// Whether it ends without a pause.
    pub seam_after: bool,
}

/// A declared stretch of this length or more is a window of its own and needs no samples.
const DECLARED_ALONE: i64 = SAMPLE_RATE_HZ;

/// Cuts one epoch. Records come in order, each once or more; windows leave in order and tile the epoch.
pub struct Windower {
    limits: Limits,
    voice: Box<dyn Voice>,
    tape: Tape,
    /// First sample of the open window.
    first: StreamTime,
    seam_before: bool,
    /// The sample after the last one seen.
    seen_end: StreamTime,
    /// Why samples before the first record are missing.
    missing: Option<CoverageReason>,
    started: bool,
    language: String,
    /// Offset and end of each record that an unstored window still needs.
    records: VecDeque<(i64, StreamTime)>,
}

impl Windower {
    /// Takes an epoch up at `resume`.
    pub fn new(resume: Resume, limits: Limits, voice: Box<dyn Voice>) -> Self {
        Self {
            limits,
            voice,
            tape: Tape::new(resume.next_first, resume.next_first),
            first: resume.next_first,
            seam_before: resume.seam,
            seen_end: resume.next_first,
            missing: resume.missing,
            started: false,
            language: String::new(),
            records: VecDeque::new(),
        }
    }

    /// Takes the next record, and gives the windows that it completes; all that are left after `End`.
    ///
    /// What was seen before is ignored; what is missing before it becomes a lost stretch.
    pub fn push(&mut self, record: &AudioRecord, offset: i64) -> Vec<ClosedWindow> {
        let mut closed = Vec::new();
        self.start(record.first);
        if record.end() > self.keep_from() {
            self.records.push_back((offset, record.end()));
        }
        self.declare_missing(record.first, &mut closed);
        self.missing = None;
        let known = (self.seen_end.samples() - record.first.samples()).max(0);
        if !record.is_end() && record.samples() > known {
            self.speak(record, &mut closed);
            self.take(record, known, &mut closed);
        }
        if record.is_end() {
            self.close_tail(&mut closed);
        }
        closed
    }

    /// Closes what is open: the epoch ended without saying so. Records were sent up to `sent`; what did not come of them
    /// is lost.
    pub fn finish(&mut self, sent: StreamTime) -> Vec<ClosedWindow> {
        let mut closed = Vec::new();
        self.declare_missing(sent, &mut closed);
        self.close_tail(&mut closed);
        closed
    }

    /// Forgets the records that only windows before `end` needed; `seam` as that window's `seam_after`. The last record
    /// stays: a restart that reads it again knows of the epoch, and can end it.
    pub fn stored(&mut self, end: StreamTime, seam: bool) {
        let needed = end.samples() - if seam { self.limits.margin } else { 0 };
        while self.records.len() > 1 && self.records.front().is_some_and(|(_, end)| end.samples() <= needed) {
            self.records.pop_front();
        }
    }

    /// The log gives its offsets anew from `offset` on: all that is needed is now to be found there or after, if at all.
    pub fn read_again_from(&mut self, offset: i64) {
        self.records.iter_mut().for_each(|(needed, _)| *needed = offset);
    }

    /// Says why samples are missing, if the next record to come lies later than expected.
    pub fn expect_missing(&mut self, reason: CoverageReason) {
        self.missing = Some(reason);
    }

    /// Offset of the oldest record that a restart must read again; none where no record was seen.
    pub fn needed_offset(&self) -> Option<i64> {
        self.records.front().map(|(offset, _)| *offset)
    }

    /// The sample after the last one seen, declared stretches included.
    pub fn seen_end(&self) -> StreamTime {
        self.seen_end
    }

    /// On a fresh start the first record may bring the margin before a seam along.
    fn start(&mut self, record_first: StreamTime) {
        if !self.started {
            self.started = true;
            if record_first < self.first {
                self.seen_end = record_first.max(self.keep_from());
                self.tape = Tape::new(self.seen_end, self.first);
            }
        }
    }

    fn keep_from(&self) -> StreamTime {
        let margin = if self.seam_before { self.limits.margin } else { 0 };
        StreamTime::from_samples((self.first.samples() - margin).max(0))
    }

    /// A change of language closes the window; a change of speaker is noted.
    fn speak(&mut self, record: &AudioRecord, closed: &mut Vec<ClosedWindow>) {
        if self.language != record.language {
            self.close_tail(closed);
            self.language.clone_from(&record.language);
        }
        self.tape.speaker(record.speaker.as_deref());
    }

    fn take(&mut self, record: &AudioRecord, known: i64, closed: &mut Vec<ClosedWindow>) {
        match &record.body {
            AudioBody::Chunk(pcm) => {
                let fresh = &pcm[usize::try_from(known).unwrap_or(0).min(pcm.len())..];
                self.tape.append(fresh, self.voice.as_mut());
                self.seen_end = self.tape.end();
                self.cut_while_possible(closed);
            }
            AudioBody::Gap { samples, reason } => {
                self.declare(samples - known, CoverageState::Lost, *reason, closed);
            }
            AudioBody::Mute { samples } => {
                self.declare(samples - known, CoverageState::Silence, CoverageReason::Muted, closed);
            }
            AudioBody::End => {}
        }
    }

    fn declare_missing(&mut self, until: StreamTime, closed: &mut Vec<ClosedWindow>) {
        let missing = until.samples() - self.seen_end.samples();
        if missing > 0 {
            let reason = self.missing.unwrap_or(CoverageReason::SequenceJump);
            self.declare(missing, CoverageState::Lost, reason, closed);
        }
    }

    fn declare(&mut self, samples: i64, state: CoverageState, reason: CoverageReason, closed: &mut Vec<ClosedWindow>) {
        // A stretch that replays partly into the margin before the window only fills the margin.
        if samples < DECLARED_ALONE || self.seen_end < self.first {
            self.tape.mask(samples, state, reason, self.voice.as_mut());
            self.seen_end = self.tape.end();
            self.cut_while_possible(closed);
            return;
        }
        self.close_tail(closed);
        let end = self.first + samples;
        if let Ok(range) = StreamRange::new(self.first, end) {
            closed.push(ClosedWindow {
                range,
                pcm: Vec::new(),
                pcm_first: self.first,
                masks: vec![Interval { range, state, reason: Some(reason) }],
                speakers: vec![(self.first, None)],
                language: self.language.clone(),
                seam_before: false,
                seam_after: false,
            });
        }
        self.first = end;
        self.seen_end = end;
        self.tape = Tape::new(end, end);
    }

    fn cut_while_possible(&mut self, closed: &mut Vec<ClosedWindow>) {
        while let Some((at, seam)) = self.find_cut() {
            self.close(at, seam, closed);
        }
    }

    /// Where the open window may end, and whether that is a seam without a pause.
    ///
    /// It ends in its longest pause, as soon as that is long enough for the sound that has come. Sentences end in longer
    /// pauses than their parts do, and a window that begins within a sentence is heard worse.
    fn find_cut(&self) -> Option<(StreamTime, bool)> {
        let Limits { min, max, pause, .. } = self.limits;
        let (mut quiet, mut voiced) = (0, false);
        let mut longest: Option<(i64, StreamTime)> = None;
        for (index, frame) in self.tape.frames.iter().enumerate() {
            let frame_first = self.tape.frames_first + count(index * FRAME_SAMPLES);
            let frame_end = frame_first + count(FRAME_SAMPLES);
            if frame.voiced {
                let length = frame_first.samples() - pause / 2 - self.first.samples();
                if !voiced && quiet >= pause && length >= min {
                    return Some((frame_first + -(pause / 2), false));
                }
                (quiet, voiced) = (0, true);
            } else {
                quiet += count(FRAME_SAMPLES);
            }
            let middle = (frame_end + -(quiet / 2)).max(self.first + min);
            let is_pause = voiced && quiet >= pause && frame_end.samples() - middle.samples() >= pause / 2;
            if is_pause && longest.is_none_or(|(length, _)| quiet > length) {
                longest = Some((quiet, middle));
            }
            let length = frame_end.samples() - self.first.samples();
            if let Some((_, middle)) = longest.filter(|(quiet, _)| *quiet >= self.pause_wanted(length)) {
                return Some((middle, false));
            }
            if length >= max {
                return Some(if voiced { (self.deepest_dip(index), true) } else { (frame_end, false) });
            }
        }
        None
    }

    /// How long a pause must be to end a window of which `length` samples have come: [`Limits::pause`] at `max`, and
    /// evenly more before, twice that at `min`.
    fn pause_wanted(&self, length: i64) -> i64 {
        let Limits { min, max, pause, .. } = self.limits;
        let left = (max - length).clamp(0, max - min);
        pause + pause * left / (max - min).max(1)
    }

    /// The quietest place between `min` and `max` less the margin, over 80 ms; the latest of equals.
    fn deepest_dip(&self, last: usize) -> StreamTime {
        let Limits { min, max, margin, .. } = self.limits;
        let power = |index: usize| -> f32 {
            let around = index.saturating_sub(2)..=(index + 2).min(last);
            around.map(|near| self.tape.frames[near].power).sum()
        };
        let at = |index: usize| self.tape.frames_first + count(index * FRAME_SAMPLES);
        let allowed = (0..=last).filter(|&index| {
            let length = at(index).samples() - self.first.samples();
            length >= min.min(max - margin) && length <= max - margin
        });
        let dip = allowed.min_by(|&a, &b| power(a).total_cmp(&power(b)).then(b.cmp(&a)));
        dip.map_or_else(|| at(last), at)
    }

    fn close_tail(&mut self, closed: &mut Vec<ClosedWindow>) {
        self.close(self.tape.end(), false, closed);
        self.tape = Tape::new(self.first, self.first);
    }

    fn close(&mut self, at: StreamTime, seam: bool, closed: &mut Vec<ClosedWindow>) {
        let Ok(range) = StreamRange::new(self.first, at) else { return };
        let margin = if seam { self.limits.margin } else { 0 };
        let pcm_first = self.tape.first.max(self.keep_from());
        closed.push(ClosedWindow {
            range,
            pcm: self.tape.samples(pcm_first, at + margin),
            pcm_first,
            masks: self.tape.masks_in(range),
            speakers: self.tape.speakers_in(range),
            language: self.language.clone(),
            seam_before: self.seam_before,
            seam_after: seam,
        });
        self.first = at;
        self.seam_before = seam;
        self.tape.forget(at, self.keep_from());
    }
}

#[cfg(test)]
#[path = "window/tests.rs"]
mod tests;
