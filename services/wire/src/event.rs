//! Records whose payload is JSON: a room's description, windows, flags.

use chrono::{DateTime, Utc};
use domain::{Category, EpochKey, FlagId, FlagStatus, HeardWindow, RoomId, Severity, StreamId, StreamRange};
use serde::{Deserialize, Serialize};

use crate::envelope::{HeaderReader, HeaderWriter, KafkaRecord, WireError};

const WINDOW: &str = "earwitness.transcript.window";
const FLAG: &str = "earwitness.moderation.flag";
const ROOM_META: &str = "earwitness.room.meta";
const JSON: &str = "application/json";

/// What is known of a room at a moment; sent every 5 s of stream time and on change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomMeta {
    /// The room.
    pub room: RoomId,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Who hosts it.
    pub hosts: Vec<String>,
    /// When it should begin.
    pub scheduled: Option<DateTime<Utc>>,
    /// How many listen; none where unknown, which is not zero.
    pub listeners: Option<i64>,
    /// Wall time of the count.
    pub at: DateTime<Utc>,
}

/// A flag made or grown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagEvent {
    /// Its id; the same as it grows.
    pub flag: FlagId,
    /// Where.
    pub key: EpochKey,
    /// Which stretch, as of now.
    pub range: StreamRange,
    /// Wall time of its first sample.
    pub wall: DateTime<Utc>,
    /// What it is about.
    pub category: Category,
    /// The highest of its findings.
    pub severity: Severity,
    /// The highest of its findings, 0 to 1.
    pub score: f32,
    /// What machines know of it.
    pub status: FlagStatus,
    /// Listeners at that second; none where unknown.
    pub reach: Option<i64>,
}

/// Writes a stored window as it travels to screening.
///
/// # Errors
/// [`WireError::Json`] if a value in it has no JSON form (a probability that is not finite).
pub fn encode_window(window: &HeardWindow, stored_at: DateTime<Utc>) -> Result<KafkaRecord, WireError> {
    encode(WINDOW, &window.id().to_string(), window.key.stream_id(), stored_at, window)
}

/// Reads a window as written by [`encode_window`].
///
/// # Errors
/// [`WireError`] for another type or a payload that is not a window.
pub fn decode_window(headers: &[(String, Vec<u8>)], payload: &[u8]) -> Result<HeardWindow, WireError> {
    match HeaderReader(headers).text("ce_type")? {
        WINDOW => serde_json::from_slice(payload).map_err(|source| WireError::Json { source }),
        other => Err(WireError::Type { found: other.to_owned() }),
    }
}

/// Writes a flag as it travels to who wants to know.
///
/// # Errors
/// [`WireError::Json`] if its score is not finite.
pub fn encode_flag(flag: &FlagEvent, at: DateTime<Utc>) -> Result<KafkaRecord, WireError> {
    encode(FLAG, &flag.flag.to_string(), flag.key.stream_id(), at, flag)
}

/// Writes what is known of a room, keyed by one of its streams.
///
/// # Errors
/// [`WireError::Json`]; none is known that occurs.
pub fn encode_room_meta(meta: &RoomMeta, stream: StreamId, sent_at: DateTime<Utc>) -> Result<KafkaRecord, WireError> {
    let id = format!("{stream}/{}", meta.at.timestamp_millis());
    encode(ROOM_META, &id, stream, sent_at, meta)
}

fn encode<T: Serialize>(
    kind: &str,
    id: &str,
    stream: StreamId,
    time: DateTime<Utc>,
    body: &T,
) -> Result<KafkaRecord, WireError> {
    let key = stream.to_string();
    let payload = serde_json::to_vec(body).map_err(|source| WireError::Json { source })?;
    Ok(HeaderWriter::new(kind, id, time, &key, JSON).record(key, time, payload))
}

#[cfg(test)]
mod tests {
    use domain::{CoverageState, Hearing, Interval, Segment, StreamTime, Word};

    use super::*;

    fn window() -> HeardWindow {
        let range = StreamRange::from_samples(0, 64_000).unwrap();
        let word = Word {
            text: "Hello.".into(),
            first: StreamTime::from_samples(8_000),
            end: StreamTime::from_samples(14_400),
            p: 0.9,
            verified: None,
        };
        HeardWindow {
            key: EpochKey { room: "r".parse().unwrap(), stream: "s".parse().unwrap(), epoch: domain::Epoch::new(0) },
            range,
            language: "en".into(),
            provenance: None,
            segments: vec![Segment {
                range: StreamRange::from_samples(8_000, 14_400).unwrap(),
                speaker: None,
                text: "Hello.".into(),
                hearing: Hearing::Single,
                words: vec![word],
            }],
            intervals: vec![Interval { range, state: CoverageState::Transcribed, reason: None }],
            guards: vec![],
            attempts: 1,
            seam: false,
        }
    }

    #[test]
    fn a_window_reads_back() {
        let at = "2026-09-12T20:04:17Z".parse().unwrap();
        let sent = encode_window(&window(), at).unwrap();
        assert_eq!(sent.key, window().key.stream_id().to_string());
        assert_eq!(decode_window(&sent.headers, &sent.payload).unwrap(), window());
    }

    #[test]
    fn another_type_or_a_broken_payload_is_refused() {
        let at = "2026-09-12T20:04:17Z".parse().unwrap();
        let mut sent = encode_window(&window(), at).unwrap();
        sent.payload.truncate(40);
        assert!(matches!(decode_window(&sent.headers, &sent.payload), Err(WireError::Json { .. })));
        sent.headers[2].1 = b"earwitness.audio.chunk".to_vec();
        assert!(matches!(decode_window(&sent.headers, &sent.payload), Err(WireError::Type { .. })));
    }
}
