//! The topics as any Kafka client reads them: CloudEvents in binary mode, in order, with checksums.

use std::{collections::BTreeMap, fs};

use bus::{BoxError, Claim, Consumer, Event, Positions, ReceivedRecord, Settings, Subscription};
use serde_json::Value;

use crate::{
    account::{is_settled, stream},
    instance::Instance,
    sound::{Coding, tone, wav},
};

const ROOM: &str = "wire";
/// 2.5 s of a tone, a mute of 1.5 s, a gap of 2 s, and the tone again.
const DESCRIPTION: &str = r#"
id = "wire"
title = "What travels"
scheduled = 2026-09-12T20:00:00Z
[[stream]]
name = "stage"
[[stream.connection]]
at = 2026-09-12T20:00:01Z
play = [
  { file = "tone.wav", speaker = "Ada" },
  { mute = 1.5 },
  { gap = 2.0, reason = "source_error" },
  { file = "tone.wav" },
]
"#;

/// Reads a topic from its beginning.
struct FromTheStart;

impl Positions for FromTheStart {
    async fn claim(&self, _: &str, _: i32) -> Result<Claim, BoxError> {
        Ok(Claim { generation: 1, next_offset: None })
    }
}

#[test]
fn any_client_reads_the_topics_as_cloud_events_in_order() {
    let instance = Instance::shared();
    let folder = instance.place("wire");
    let pcm = tone(40_000, 16_000, 440.0);
    fs::write(folder.join("tone.wav"), wav(&pcm, 16_000, 1, Coding::Pcm16)).unwrap();
    fs::write(folder.join("room.toml"), DESCRIPTION).unwrap();
    instance.begin(&["ingest", "--wait"], &[&folder], Vec::new()).end(crate::program::PATIENCE).expect(0);
    is_settled(&instance, ROOM);
    let coverage = instance.coverage(ROOM);
    let seconds = &stream(&coverage, "stage")["seconds"];
    assert_eq!(seconds["lost"], 2.0, "{seconds}");

    let brokers = instance.announced("kafka_brokers");
    let read = |topic| -> Vec<Told> {
        let records = read_all(&brokers, topic);
        records
            .into_iter()
            .map(Told::from)
            .filter(|record| record.header("ce_room").is_none_or(|it| it == ROOM))
            .collect()
    };
    let audio = read("audio.chunk.v1");
    audio_tiles_the_epoch(&audio, &pcm);
    let windows = read("transcript.window.v1");
    let key = &audio[0].key;
    let ours: Vec<&Told> = windows.iter().filter(|record| record.key == *key).collect();
    assert!(!ours.is_empty(), "each window is announced");
    for record in ours {
        record.is_cloud_event();
        serde_json::from_slice::<Value>(&record.payload).unwrap();
    }
    let meta = read("room.meta.v1");
    let titled = |record: &Told| String::from_utf8_lossy(&record.payload).contains("What travels");
    assert!(meta.iter().any(titled), "the room is described on its topic");
}

fn audio_tiles_the_epoch(records: &[Told], pcm: &[i16]) {
    let (mut at, mut sound, mut kinds) = (0_u64, Vec::new(), Vec::new());
    for (sequence, record) in records.iter().enumerate() {
        record.is_cloud_event();
        assert_eq!(record.key, records[0].key, "a stream is a key, so that it stays in order");
        assert_eq!(record.partition, records[0].partition);
        assert_eq!(record.header("ce_partitionkey"), Some(record.key.as_str()));
        assert_eq!(record.header("ce_stream"), Some("stage"));
        assert_eq!(record.header("ce_epoch"), Some("0"));
        assert_eq!(record.count("ce_sequence"), sequence as u64);
        assert_eq!(record.count("ce_first"), at, "record {sequence} begins where the one before ended");
        let samples = record.count("ce_samples");
        let kind = record.header("ce_type").unwrap();
        if let Some(sum) = record.header("ce_crc32c") {
            assert_eq!(sum, format!("{:08x}", crc32c::crc32c(&record.payload)));
            assert_eq!(record.payload.len() as u64, 2 * samples);
            assert!(samples <= 16_000, "a chunk is a second at most");
            sound.extend(record.payload.chunks(2).map(|two| i16::from_le_bytes([two[0], two[1]])));
        } else {
            assert!(record.payload.is_empty(), "{kind} has no sound");
            kinds.push((kind, samples, record.header("ce_reason")));
        }
        at += samples;
    }
    assert_eq!(sound, [pcm, pcm].concat(), "16 kHz mono travels bit by bit");
    assert_eq!(records[0].header("ce_speaker"), Some("Ada"));
    let declared = [
        ("earwitness.audio.mute", 24_000, None),
        ("earwitness.audio.gap", 32_000, Some("source_error")),
        ("earwitness.audio.end", 0, None),
    ];
    assert_eq!(kinds, declared);
}

/// A record with its headers as text.
struct Told {
    partition: i32,
    key: String,
    headers: BTreeMap<String, String>,
    payload: Vec<u8>,
}

impl From<ReceivedRecord> for Told {
    fn from(record: ReceivedRecord) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            partition: record.partition,
            key: text(record.key.unwrap()),
            headers: record.headers.into_iter().map(|(name, value)| (name, text(value))).collect(),
            payload: record.payload.unwrap_or_default(),
        }
    }
}

impl Told {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    #[track_caller]
    fn count(&self, name: &str) -> u64 {
        let value = self.header(name).unwrap_or_else(|| panic!("{name} is missing in {:?}", self.headers));
        value.parse().unwrap()
    }

    /// The attributes that CloudEvents 1.0 demands, by the names of its Kafka binding.
    #[track_caller]
    fn is_cloud_event(&self) {
        assert_eq!(self.header("ce_specversion"), Some("1.0"));
        for name in ["ce_id", "ce_source", "ce_type", "ce_time"] {
            assert!(self.header(name).is_some_and(|value| !value.is_empty()), "{name} in {:?}", self.headers);
        }
        assert!(self.header("ce_time").unwrap().ends_with('Z'));
    }
}

/// Every record of a topic, by partition and offset.
pub(crate) fn read_all(brokers: &str, topic: &str) -> Vec<ReceivedRecord> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let admin = bus::Admin::connect(&Settings::new(brokers)).unwrap();
        let marks = admin.watermarks(topic).await.unwrap();
        let wanted: i64 = marks.iter().map(|mark| mark.end - mark.first).sum();
        let ends: BTreeMap<i32, i64> = marks.iter().map(|mark| (mark.partition, mark.end)).collect();
        let subscription = Subscription::new(topic, format!("reader-of-{topic}"));
        let consumer = Consumer::subscribe(&Settings::new(brokers), &subscription, FromTheStart).unwrap();
        let mut records = Vec::new();
        while i64::try_from(records.len()).unwrap() < wanted {
            let event = tokio::time::timeout(crate::program::PATIENCE, consumer.recv()).await;
            if let Event::Record(record) = event.expect("the topic is read in time").unwrap()
                && record.offset < ends[&record.partition]
            {
                records.push(record);
            }
        }
        consumer.close().await;
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    })
}
