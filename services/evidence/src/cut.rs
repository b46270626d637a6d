//! Putting a clip together from the records of the audio topic, without a doubt left about any sample.

use domain::{AudioBody, AudioRecord, CoverageReason, StreamRange};
use serde::{Deserialize, Serialize};

use crate::sound::pcm_bytes;

/// A chunk that a clip holds samples of: enough to find it and to know it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Its offset in the partition.
    pub offset: i64,
    /// Its place in the epoch.
    pub sequence: u64,
    /// Its first sample.
    pub first: i64,
    /// How many samples it has.
    pub samples: i64,
    /// CRC32C of its payload, in hex, as its header says and as it is.
    pub crc32c: String,
}

/// Samples of a clip's range that are not there; they are zero in its sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The first.
    pub first: i64,
    /// The sample after the last.
    pub end: i64,
    /// Why.
    pub reason: CoverageReason,
}

/// A clip under way: give it the records of its epoch in order of their offsets, and finish it.
#[derive(Debug)]
pub struct Cut {
    range: StreamRange,
    pcm: Vec<i16>,
    /// The first sample of which nothing is known yet.
    at: i64,
    chunks: Vec<Chunk>,
    missing: Vec<Missing>,
    is_head_gone: bool,
}

/// A clip's sound and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutSound {
    /// What was asked for, all of which is accounted for.
    pub range: StreamRange,
    /// One a sample of the range; zero where it is missing.
    pub pcm: Vec<i16>,
    /// The chunks that it was taken from, in order.
    pub chunks: Vec<Chunk>,
    /// In order, none touching the next unless the reasons differ.
    pub missing: Vec<Missing>,
}

impl Cut {
    /// Begins a clip of `range`. `is_head_gone`: the log no longer goes back to the epoch's beginning, so that what is
    /// missing before the first record that comes was there once.
    pub fn new(range: StreamRange, is_head_gone: bool) -> Self {
        let samples = usize::try_from(range.samples()).unwrap_or_default();
        Self {
            range,
            pcm: Vec::with_capacity(samples),
            at: range.first().samples(),
            chunks: Vec::new(),
            missing: Vec::new(),
            is_head_gone,
        }
    }

    /// Whether every sample of the range is accounted for.
    pub fn is_full(&self) -> bool {
        self.at >= self.range.end().samples()
    }

    /// Takes what the record has of the range. Samples that came before stand: the log may hold a record twice.
    pub fn take(&mut self, record: &AudioRecord, offset: i64) {
        let (first, end) = (record.first.samples(), record.end().samples().min(self.range.end().samples()));
        if end <= self.at {
            return;
        }
        if first > self.at {
            self.fill(first.min(self.range.end().samples()), self.hole());
        }
        if end <= self.at {
            return;
        }
        match &record.body {
            AudioBody::Chunk(pcm) => {
                let from = usize::try_from(self.at - first).unwrap_or_default();
                let to = usize::try_from(end - first).unwrap_or_default();
                self.pcm.extend(&pcm[from..to]);
                self.at = end;
                self.chunks.push(Chunk {
                    offset,
                    sequence: record.sequence,
                    first,
                    samples: record.samples(),
                    crc32c: format!("{:08x}", crc32c::crc32c(&pcm_bytes(pcm))),
                });
            }
            AudioBody::Gap { reason, .. } => self.fill(end, *reason),
            AudioBody::Mute { .. } => self.fill(end, CoverageReason::Muted),
            AudioBody::End => {}
        }
    }

    /// The clip; none if no sample of it is there.
    pub fn finish(mut self) -> Option<CutSound> {
        self.fill(self.range.end().samples(), self.hole());
        let Self { range, pcm, chunks, missing, .. } = self;
        (!chunks.is_empty()).then_some(CutSound { range, pcm, chunks, missing })
    }

    /// Why what is missing here and is not declared is missing.
    fn hole(&self) -> CoverageReason {
        let is_head = self.at == self.range.first().samples();
        if is_head && self.is_head_gone { CoverageReason::RetentionExpired } else { CoverageReason::SequenceJump }
    }

    fn fill(&mut self, end: i64, reason: CoverageReason) {
        if end <= self.at {
            return;
        }
        self.pcm.resize(usize::try_from(end - self.range.first().samples()).unwrap_or_default(), 0);
        match self.missing.last_mut().filter(|last| last.end == self.at && last.reason == reason) {
            Some(last) => last.end = end,
            None => self.missing.push(Missing { first: self.at, end, reason }),
        }
        self.at = end;
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::{Epoch, EpochKey, StreamTime};

    use super::*;

    fn record(sequence: u64, first: i64, body: AudioBody) -> AudioRecord {
        AudioRecord {
            key: EpochKey { room: "r".parse().unwrap(), stream: "s".parse().unwrap(), epoch: Epoch::new(0) },
            sequence,
            first: StreamTime::from_samples(first),
            captured_at: DateTime::UNIX_EPOCH,
            speaker: None,
            language: "en".into(),
            body,
        }
    }

    fn numbered(first: i64, samples: i64) -> AudioBody {
        AudioBody::Chunk((first..first + samples).map(|at| i16::try_from(at % 30_000).unwrap()).collect())
    }

    fn cut(first: i64, end: i64, is_head_gone: bool, records: &[AudioRecord]) -> Option<CutSound> {
        let mut cut = Cut::new(StreamRange::from_samples(first, end).unwrap(), is_head_gone);
        for (offset, record) in (100..).zip(records) {
            cut.take(record, offset);
        }
        cut.finish()
    }

    #[test]
    fn a_clip_holds_the_exact_samples_of_its_range_and_names_its_chunks() {
        let records: Vec<_> =
            (0_i64..4).map(|n| record(n.unsigned_abs(), n * 16_000, numbered(n * 16_000, 16_000))).collect();
        let clip = cut(15_999, 32_001, false, &records).unwrap();
        assert_eq!(clip.pcm.len(), 16_002);
        assert_eq!((clip.pcm[0], clip.pcm[1], clip.pcm[16_001]), (15_999, 16_000, 2_000));
        assert!(clip.missing.is_empty());
        let named: Vec<_> = clip.chunks.iter().map(|chunk| (chunk.offset, chunk.sequence, chunk.first)).collect();
        assert_eq!(named, [(100, 0, 0), (101, 1, 16_000), (102, 2, 32_000)]);
        assert_eq!(clip.chunks[0].crc32c.len(), 8);
    }

    #[test]
    fn what_is_missing_is_named_and_never_passes_for_silence() {
        let records = [
            record(3, 1_000, numbered(1_000, 500)),
            record(3, 1_000, numbered(1_000, 500)),
            record(4, 1_500, AudioBody::Mute { samples: 100 }),
            record(5, 1_600, AudioBody::Gap { samples: 100, reason: CoverageReason::SourceError }),
            record(7, 1_800, numbered(1_800, 100)),
            record(8, 1_900, AudioBody::End),
        ];
        let clip = cut(500, 2_000, true, &records).unwrap();
        assert_eq!(clip.pcm.len(), 1_500);
        let missing: Vec<_> = clip.missing.iter().map(|it| (it.first, it.end, it.reason.as_str())).collect();
        assert_eq!(
            missing,
            [
                (500, 1_000, "retention_expired"),
                (1_500, 1_600, "muted"),
                (1_600, 1_700, "source_error"),
                (1_700, 1_800, "sequence_jump"),
                (1_900, 2_000, "sequence_jump"),
            ]
        );
        assert_eq!(clip.pcm[1_300], 1_800);
        assert_eq!(clip.chunks.len(), 2);
    }

    #[test]
    fn without_a_single_sample_there_is_no_clip() {
        assert_eq!(cut(0, 100, true, &[]), None);
        assert_eq!(cut(0, 100, false, &[record(0, 0, AudioBody::Mute { samples: 1_000 })]), None);
    }
}
