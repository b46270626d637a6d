//! Sound of any block length into records of at most a second, numbered and dated.

use chrono::{DateTime, Duration, Utc};
use domain::{AudioBody, AudioRecord, CoverageReason, EpochKey, MAX_CHUNK_SAMPLES, StreamTime};

/// Makes the records of one epoch, in order.
pub(crate) struct Chunker {
    key: EpochKey,
    began_at: DateTime<Utc>,
    language: String,
    sequence: u64,
    first: StreamTime,
    pending: Vec<i16>,
    speaker: Option<String>,
}

impl Chunker {
    pub(crate) fn new(key: EpochKey, began_at: DateTime<Utc>, language: String) -> Self {
        Self {
            key,
            began_at,
            language,
            sequence: 0,
            first: StreamTime::ZERO,
            pending: Vec::with_capacity(MAX_CHUNK_SAMPLES),
            speaker: None,
        }
    }

    /// The sample after the last one taken.
    pub(crate) fn end(&self) -> StreamTime {
        self.first + i64::try_from(self.pending.len()).unwrap_or(i64::MAX)
    }

    /// Sets who speaks from here on; what another said is closed first.
    pub(crate) fn speaker(&mut self, speaker: Option<&str>) -> Option<AudioRecord> {
        if self.speaker.as_deref() == speaker {
            return None;
        }
        let record = self.flush();
        self.speaker = speaker.map(str::to_owned);
        record
    }

    /// Takes sound, and gives every full chunk.
    pub(crate) fn sound(&mut self, mut pcm: &[i16]) -> Vec<AudioRecord> {
        let mut records = Vec::new();
        while !pcm.is_empty() {
            let (head, rest) = pcm.split_at(pcm.len().min(MAX_CHUNK_SAMPLES - self.pending.len()));
            self.pending.extend_from_slice(head);
            pcm = rest;
            if self.pending.len() == MAX_CHUNK_SAMPLES {
                records.extend(self.flush());
            }
        }
        records
    }

    /// Declares `samples` muted.
    pub(crate) fn mute(&mut self, samples: i64) -> Vec<AudioRecord> {
        self.declare(AudioBody::Mute { samples })
    }

    /// Declares `samples` missing.
    pub(crate) fn gap(&mut self, samples: i64, reason: CoverageReason) -> Vec<AudioRecord> {
        self.declare(AudioBody::Gap { samples, reason })
    }

    /// The rest, and the record that says that nothing follows.
    pub(crate) fn finish(&mut self) -> Vec<AudioRecord> {
        self.declare(AudioBody::End)
    }

    fn declare(&mut self, body: AudioBody) -> Vec<AudioRecord> {
        let mut records: Vec<_> = self.flush().into_iter().collect();
        records.push(self.record(body));
        records
    }

    fn flush(&mut self) -> Option<AudioRecord> {
        if self.pending.is_empty() {
            return None;
        }
        let pcm = std::mem::replace(&mut self.pending, Vec::with_capacity(MAX_CHUNK_SAMPLES));
        Some(self.record(AudioBody::Chunk(pcm)))
    }

    fn record(&mut self, body: AudioBody) -> AudioRecord {
        let record = AudioRecord {
            key: self.key.clone(),
            sequence: self.sequence,
            first: self.first,
            captured_at: self.began_at + Duration::microseconds(self.first.micros()),
            speaker: self.speaker.clone(),
            language: self.language.clone(),
            body,
        };
        self.sequence += 1;
        self.first = record.end();
        record
    }
}

#[cfg(test)]
mod tests {
    use domain::Epoch;
    use proptest::prelude::*;

    use super::*;

    fn chunker() -> Chunker {
        let key = EpochKey { room: "r".parse().unwrap(), stream: "s".parse().unwrap(), epoch: Epoch::new(0) };
        Chunker::new(key, DateTime::UNIX_EPOCH, "en".into())
    }

    #[test]
    fn a_change_of_speaker_closes_the_chunk() {
        let mut chunker = chunker();
        assert!(chunker.speaker(Some("Mara")).is_none());
        assert!(chunker.sound(&[1; 100]).is_empty());
        let closed = chunker.speaker(Some("Jon")).unwrap();
        assert_eq!((closed.samples(), closed.speaker.as_deref()), (100, Some("Mara")));
    }

    proptest! {
        #[test]
        fn records_tile_the_epoch_and_keep_every_sample(blocks in proptest::collection::vec(0..40_000_usize, 0..12)) {
            let mut chunker = chunker();
            let mut records = Vec::new();
            for (index, length) in blocks.iter().enumerate() {
                match index % 4 {
                    3 if *length > 0 => records.extend(chunker.mute(i64::try_from(*length).unwrap())),
                    _ => records.extend(chunker.sound(&vec![7; *length])),
                }
            }
            records.extend(chunker.finish());
            let mut at = StreamTime::ZERO;
            for (record, sequence) in records.iter().zip(0..) {
                prop_assert_eq!((record.first, record.sequence), (at, sequence));
                at = record.end();
            }
            prop_assert_eq!(at.samples(), i64::try_from(blocks.iter().sum::<usize>()).unwrap());
            prop_assert!(records.last().unwrap().is_end());
        }
    }
}
