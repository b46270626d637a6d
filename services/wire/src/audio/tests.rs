//! Golden bytes, round trips, and records that do not say what they are.

use proptest::prelude::*;

use super::*;

fn record(body: AudioBody) -> AudioRecord {
    AudioRecord {
        key: EpochKey { room: "town hall".parse().unwrap(), stream: "stage".parse().unwrap(), epoch: Epoch::new(1) },
        sequence: 7,
        first: StreamTime::from_samples(112_000),
        captured_at: "2026-09-12T20:04:17.000001Z".parse().unwrap(),
        speaker: Some("Mara".into()),
        language: "en".into(),
        body,
    }
}

fn sent_at() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn decode(record: &KafkaRecord) -> Result<DecodedAudio, WireError> {
    decode_audio(&record.headers, &record.payload)
}

fn set(record: &mut KafkaRecord, name: &str, value: &str) {
    let header = record.headers.iter_mut().find(|(found, _)| found == name).unwrap();
    header.1 = value.as_bytes().to_vec();
}

#[test]
fn a_chunk_has_these_bytes_for_ever() {
    let sent = encode_audio(&record(AudioBody::Chunk(vec![0, 1, -1, i16::MAX])), sent_at());
    let headers: Vec<_> =
        sent.headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))).collect();
    assert_eq!(
        headers,
        [
            "content-type: audio/x-raw;format=s16le;rate=16000;channels=1",
            "ce_specversion: 1.0",
            "ce_type: earwitness.audio.chunk",
            "ce_source: /earwitness",
            "ce_id: b77be02e-4f00-5d06-99ea-14c095c14706/1/00000000000000000007",
            "ce_time: 2026-09-12T20:04:17.000001Z",
            "ce_partitionkey: b77be02e-4f00-5d06-99ea-14c095c14706",
            "ce_room: town hall",
            "ce_stream: stage",
            "ce_epoch: 1",
            "ce_sequence: 00000000000000000007",
            "ce_first: 00000000000000112000",
            "ce_samples: 4",
            "ce_language: en",
            "ce_speaker: Mara",
            "ce_crc32c: 567656d3",
        ]
    );
    assert_eq!(sent.payload, [0, 0, 1, 0, 255, 255, 255, 127]);
    assert_eq!(sent.timestamp_ms, 1_795_262_400_000, "Kafka keeps it by when it was sent");
}

#[test]
fn every_kind_reads_back() {
    for body in [
        AudioBody::Chunk(vec![3; MAX_CHUNK_SAMPLES]),
        AudioBody::Gap { samples: 64_000, reason: CoverageReason::SourceError },
        AudioBody::Mute { samples: 9_600_000 },
        AudioBody::End,
    ] {
        let sent = record(body);
        let read = decode(&encode_audio(&sent, sent_at())).unwrap();
        assert_eq!(read.record, sent);
        assert!(read.damage.is_none());
    }
}

#[test]
fn a_flipped_bit_becomes_a_gap_of_the_same_samples() {
    let mut sent = encode_audio(&record(AudioBody::Chunk(vec![5; 100])), sent_at());
    sent.payload[17] ^= 4;
    let read = decode(&sent).unwrap();
    assert_eq!(read.record.body, AudioBody::Gap { samples: 100, reason: CoverageReason::CrcMismatch });
    assert!(matches!(read.damage, Some(WireError::Crc { .. })));
}

#[test]
fn a_cut_payload_becomes_a_gap_of_the_stated_samples() {
    let mut sent = encode_audio(&record(AudioBody::Chunk(vec![5; 100])), sent_at());
    sent.payload.truncate(51);
    let read = decode(&sent).unwrap();
    assert_eq!(read.record.body, AudioBody::Gap { samples: 100, reason: CoverageReason::DecodeError });
}

#[test]
fn headers_that_do_not_say_where_are_refused() {
    for (name, value) in [
        ("ce_first", "-1"),
        ("ce_first", "99999999999999999999"),
        ("ce_samples", "0"),
        ("ce_samples", "16001"),
        ("ce_epoch", "x"),
        ("ce_type", "earwitness.audio.chunk.v9"),
        ("ce_time", "yesterday"),
        ("ce_room", "a\u{7}"),
        ("ce_crc32c", "zz"),
    ] {
        let mut sent = encode_audio(&record(AudioBody::Chunk(vec![5; 100])), sent_at());
        set(&mut sent, name, value);
        assert!(decode(&sent).is_err(), "{name} = {value}");
    }
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(
        headers in proptest::collection::vec(("(ce_[a-z]{1,9}|content-type)", proptest::collection::vec(any::<u8>(), 0..20)), 0..12),
        payload in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let _ = decode_audio(&headers, &payload);
    }
}
