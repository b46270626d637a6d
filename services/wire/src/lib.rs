//! Kafka records: `CloudEvents` 1.0 in Kafka binary mode, versioned by topic; golden bytes in the tests.
//!
//! Attributes travel as `ce_…` headers in UTF-8, the value is the raw payload, `content-type` is its media type
//! (`CloudEvents` Kafka protocol binding, section 3.2). Every record is keyed by its stream's id, so that one stream
//! lies in one partition, in order. Numbers that order are padded with zeros, as `sequence` must sort as text.
#![deny(missing_docs)]

mod audio;
mod envelope;
mod event;

pub use audio::{DecodedAudio, decode_audio, encode_audio};
pub use envelope::{KafkaRecord, WireError};
pub use event::{FlagEvent, RoomMeta, decode_window, encode_flag, encode_room_meta, encode_window};

/// The topics, all keyed by stream.
pub mod topic {
    /// Chunks of sound, declared gaps and mutes, ends of epochs.
    pub const AUDIO: &str = "audio.chunk.v1";
    /// What a room is called, who hosts it, how many listen.
    pub const ROOM_META: &str = "room.meta.v1";
    /// Windows as heard.
    pub const WINDOW: &str = "transcript.window.v1";
    /// Flags made or grown.
    pub const FLAG: &str = "moderation.flag.v1";
    /// Decisions of people.
    pub const DECISION: &str = "moderation.decision.v1";
    /// What could not be read, with the reason, bytes and headers as they came.
    pub const DEAD_LETTER: &str = "audio.dlq.v1";
    /// All of them.
    pub const ALL: [&str; 6] = [AUDIO, ROOM_META, WINDOW, FLAG, DECISION, DEAD_LETTER];
}
