//! What travels on the audio topic: chunks of sound, declared gaps and mutes, and the end of an epoch, in order.

use chrono::{DateTime, Utc};

use crate::{closed::CoverageReason, time::StreamTime, window::EpochKey};

/// A chunk holds one second of sound, less at a speaker's or an epoch's end; a declared stretch has no such limit.
pub const MAX_CHUNK_SAMPLES: usize = 16_000;

/// One record of the audio topic. Records of an epoch tile it: each begins where the one before ended, or says by its
/// `first` how much is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioRecord {
    /// The epoch that it belongs to.
    pub key: EpochKey,
    /// 0 for the epoch's first record, one more for each that follows.
    pub sequence: u64,
    /// Its first sample; for `End` the sample after the last.
    pub first: StreamTime,
    /// Wall time of the first sample.
    pub captured_at: DateTime<Utc>,
    /// Who speaks, where the source says so.
    pub speaker: Option<String>,
    /// The language expected, as in BCP 47 (`en`, `de`).
    pub language: String,
    /// What it carries.
    pub body: AudioBody,
}

/// What a record of the audio topic carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioBody {
    /// Sound: 1 to [`MAX_CHUNK_SAMPLES`] samples, 16 kHz mono, signed 16 bit.
    Chunk(Vec<i16>),
    /// Nothing reached us for so many samples (at least 1), and why.
    Gap {
        /// How many.
        samples: i64,
        /// `ingest_gap`, `source_error`, `decode_error` or `ad_break`.
        reason: CoverageReason,
    },
    /// The source declared itself muted for so many samples (at least 1).
    Mute {
        /// How many.
        samples: i64,
    },
    /// The epoch is complete: nothing follows.
    End,
}

impl AudioRecord {
    /// Whether nothing follows.
    pub fn is_end(&self) -> bool {
        self.body == AudioBody::End
    }

    /// How many samples of stream time it covers; 0 for `End`.
    pub fn samples(&self) -> i64 {
        match &self.body {
            AudioBody::Chunk(pcm) => i64::try_from(pcm.len()).unwrap_or(i64::MAX),
            AudioBody::Gap { samples, .. } | AudioBody::Mute { samples } => *samples,
            AudioBody::End => 0,
        }
    }

    /// The sample after its last.
    pub fn end(&self) -> StreamTime {
        self.first + self.samples()
    }
}
