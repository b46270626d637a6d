//! Records of the audio topic.

use chrono::{DateTime, Utc};
use domain::{AudioBody, AudioRecord, CoverageReason, Epoch, EpochKey, MAX_CHUNK_SAMPLES, StreamTime};

use crate::envelope::{HeaderReader, HeaderWriter, KafkaRecord, WireError};

const CHUNK: &str = "earwitness.audio.chunk";
const GAP: &str = "earwitness.audio.gap";
const MUTE: &str = "earwitness.audio.mute";
const END: &str = "earwitness.audio.end";
const PCM: &str = "audio/x-raw;format=s16le;rate=16000;channels=1";
const NOTHING: &str = "application/octet-stream";

/// The last position taken: 2^52 samples are nine thousand years.
const MAX_POSITION: i64 = 1 << 52;
/// The longest declared stretch: a week.
const MAX_DECLARED: i64 = 7 * 24 * 3600 * domain::SAMPLE_RATE_HZ;

/// A record of the audio topic as far as it could be read.
#[derive(Debug)]
pub struct DecodedAudio {
    /// The record; its body is a gap with the reason where the payload is damaged.
    pub record: AudioRecord,
    /// What is wrong with the payload, for the dead letter.
    pub damage: Option<WireError>,
}

/// Writes `record` as it travels. A chunk's payload is its samples in little endian.
///
/// `sent_at` dates the record for Kafka, whose retention goes by it: sound of last year that is sent today is kept as long
/// as today's. When it was captured stands in `ce_time`.
pub fn encode_audio(record: &AudioRecord, sent_at: DateTime<Utc>) -> KafkaRecord {
    let key = record.key.stream_id().to_string();
    let id = format!("{key}/{}/{:020}", record.key.epoch, record.sequence);
    let (kind, content_type) = match record.body {
        AudioBody::Chunk(_) => (CHUNK, PCM),
        AudioBody::Gap { .. } => (GAP, NOTHING),
        AudioBody::Mute { .. } => (MUTE, NOTHING),
        AudioBody::End => (END, NOTHING),
    };
    let mut headers = HeaderWriter::new(kind, &id, record.captured_at, &key, content_type);
    headers.put("ce_room", record.key.room.as_str());
    headers.put("ce_stream", record.key.stream.as_str());
    headers.put("ce_epoch", &record.key.epoch.to_string());
    headers.put("ce_sequence", &format!("{:020}", record.sequence));
    headers.put("ce_first", &format!("{:020}", record.first.samples()));
    headers.put("ce_samples", &record.samples().to_string());
    headers.put("ce_language", &record.language);
    if let Some(speaker) = &record.speaker {
        headers.put("ce_speaker", speaker);
    }
    let payload = match &record.body {
        AudioBody::Chunk(pcm) => {
            let bytes: Vec<u8> = pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            headers.put("ce_crc32c", &format!("{:08x}", crc32c::crc32c(&bytes)));
            bytes
        }
        AudioBody::Gap { reason, .. } => {
            headers.put("ce_reason", reason.as_str());
            Vec::new()
        }
        AudioBody::Mute { .. } | AudioBody::End => Vec::new(),
    };
    headers.record(key, sent_at, payload)
}

/// Reads a record of the audio topic from its headers and payload.
///
/// A damaged payload under sound headers is not an error: its range is known, so it comes back as a gap with the
/// reason, and the damage beside it.
///
/// # Errors
/// [`WireError`] where the headers do not say which samples of which stream it is.
pub fn decode_audio(headers: &[(String, Vec<u8>)], payload: &[u8]) -> Result<DecodedAudio, WireError> {
    let headers = HeaderReader(headers);
    let key = EpochKey {
        room: headers.name("ce_room")?,
        stream: headers.name("ce_stream")?,
        epoch: Epoch::new(headers.parse("ce_epoch", "a number from 0 on")?),
    };
    let samples: i64 = headers.parse("ce_samples", "a number of samples")?;
    let (body, damage) = match headers.text("ce_type")? {
        CHUNK => chunk(&headers, samples, payload)?,
        GAP => (AudioBody::Gap { samples: declared(samples)?, reason: reason(&headers)? }, None),
        MUTE => (AudioBody::Mute { samples: declared(samples)? }, None),
        END => (AudioBody::End, None),
        other => return Err(WireError::Type { found: other.to_owned() }),
    };
    let first: i64 = headers.parse("ce_first", "a sample position")?;
    if !(0..=MAX_POSITION).contains(&first) {
        return Err(WireError::Malformed { name: "ce_first", expected: "a sample position" });
    }
    let captured_at = DateTime::parse_from_rfc3339(headers.text("ce_time")?)
        .map_err(|_| WireError::Malformed { name: "ce_time", expected: "an RFC 3339 time" })?
        .with_timezone(&Utc);
    let record = AudioRecord {
        key,
        sequence: headers.parse("ce_sequence", "a number from 0 on")?,
        first: StreamTime::from_samples(first),
        captured_at,
        speaker: headers.optional("ce_speaker")?.map(str::to_owned),
        language: headers.text("ce_language")?.to_owned(),
        body,
    };
    Ok(DecodedAudio { record, damage })
}

fn chunk(
    headers: &HeaderReader<'_>,
    samples: i64,
    payload: &[u8],
) -> Result<(AudioBody, Option<WireError>), WireError> {
    if samples < 1 || usize::try_from(samples).is_ok_and(|samples| samples > MAX_CHUNK_SAMPLES) {
        return Err(WireError::Malformed { name: "ce_samples", expected: "1 to 16000 samples" });
    }
    if payload.len() as u64 != samples.unsigned_abs() * 2 {
        let damage = WireError::Length { bytes: payload.len(), samples };
        return Ok((AudioBody::Gap { samples, reason: CoverageReason::DecodeError }, Some(damage)));
    }
    let stated = u32::from_str_radix(headers.text("ce_crc32c")?, 16)
        .map_err(|_| WireError::Malformed { name: "ce_crc32c", expected: "eight hex digits" })?;
    let found = crc32c::crc32c(payload);
    if stated != found {
        let damage = WireError::Crc { stated, found };
        return Ok((AudioBody::Gap { samples, reason: CoverageReason::CrcMismatch }, Some(damage)));
    }
    let pcm = payload.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    Ok((AudioBody::Chunk(pcm), None))
}

fn declared(samples: i64) -> Result<i64, WireError> {
    if (1..=MAX_DECLARED).contains(&samples) {
        Ok(samples)
    } else {
        Err(WireError::Malformed { name: "ce_samples", expected: "1 sample to a week of them" })
    }
}

fn reason(headers: &HeaderReader<'_>) -> Result<CoverageReason, WireError> {
    headers.parse("ce_reason", "a coverage reason")
}

#[cfg(test)]
#[path = "audio/tests.rs"]
mod tests;
