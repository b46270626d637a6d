//! A broker, a database and a folder for clips, for one test each; and what ingest and screening would have done.

use std::{
    ffi::OsString,
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bus::{Admin, Producer, Record, Topic};
use chrono::{DateTime, TimeDelta, Utc};
use custody::{Settings, Tools};
use domain::{
    AudioBody, AudioRecord, Carrier, Category, CoverageState, EpochKey, Finding, FindingRange, FlagStatus, HeardWindow,
    Hearing, Interval, RoomId, Segment, Severity, StreamRange, StreamTime, Word,
};
use evidence::{MasterKey, Safe, Vault};
use standalone::{Broker, DataFolder, Postgres, PostgresSettings, cache_folder, find_broker};
use store::{
    Actor, ClipLine, EpochEnd, FinishedEpoch, NewEpoch, NewWindow, Options, OutboxRecord, RoomDescription, Screening,
    Store, bootstrap_embedded, migrate,
};
use tempfile::TempDir;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;
use wire::{KafkaRecord, topic};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// One second in samples.
pub(crate) const S: i64 = 16_000;
/// Kept on both sides of a flag.
pub(crate) const MARGIN: i64 = 3 * S;

pub(crate) struct Place {
    pub(crate) tools: Tools,
    producer: Producer,
    broker: Broker,
    postgres: Postgres,
    folder: TempDir,
}

/// The service at work.
pub(crate) struct Service {
    stop: CancellationToken,
    task: JoinSet<()>,
}

impl Place {
    pub(crate) async fn new() -> Self {
        // As root, Postgres runs as another user, who must pass through.
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o711)).tempdir().unwrap();
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let postgres = PostgresSettings { binaries: None, search_path: OsString::new() };
        let postgres = Postgres::start(&data, &postgres, mpsc::channel(1).0).await.unwrap();
        let urls = bootstrap_embedded(&postgres.superuser_url()).await.unwrap();
        migrate(&urls.migrate, &Options::default()).await.unwrap();
        let actor = Actor::service("evidence").unwrap();
        let store = Store::connect(&urls.service, actor, &Options::default()).await.unwrap();
        let program = find_broker(None, cache_folder(variable).as_deref()).unwrap();
        let broker = Broker::start(&data, &program, mpsc::channel(1).0).await.unwrap();
        let bus = bus::Settings::new(broker.address().to_string());
        let topic = Topic { name: topic::AUDIO.into(), partitions: 2, retention_ms: -1, compact: false };
        Admin::connect(&bus).unwrap().create_topics(&[topic]).await.unwrap();
        let producer = Producer::connect(&bus, PATIENCE).unwrap();
        let vault = Vault::folder(&folder.path().join("evidence")).unwrap();
        let master = Arc::new(MasterKey::load_or_make(&folder.path().join("evidence.key"), None).unwrap());
        let tools = Tools { bus, store, safe: Safe { vault, master } };
        Self { tools, producer, broker, postgres, folder }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.tools.store
    }

    /// The file of a clip's object.
    pub(crate) fn object(&self, clip: &ClipLine) -> PathBuf {
        let shard = format!("{:02x}", clip.clip.as_bytes()[15]);
        self.folder.path().join("evidence/clips").join(shard).join(clip.clip.to_string())
    }

    /// Starts the service.
    pub(crate) fn serve(&self) -> Service {
        let (tools, stop) = (self.tools.clone(), CancellationToken::new());
        let stopped = stop.clone();
        let mut task = JoinSet::new();
        task.spawn(async move { Box::pin(custody::run(&tools, &settings(), &stopped)).await });
        Service { stop, task }
    }

    /// Opens the next epoch of that stream of `room`.
    pub(crate) async fn open(&self, room: &str, stream: &str) -> EpochKey {
        let room: RoomId = room.parse().unwrap();
        let description = RoomDescription {
            room: room.clone(),
            title: Some("A talk".into()),
            hosts: vec!["Mara".into()],
            language: None,
            scheduled: None,
        };
        self.store().open_room(&description, now()).await.unwrap();
        let new = NewEpoch { began_at: now(), source: "talk.opus".into(), language: "en".into(), before: None };
        self.store().open_epoch(&room, &stream.parse().unwrap(), &new, now()).await.unwrap()
    }

    /// Sends seconds `from..to` of [`sound`], and of the second `muted` nothing but that it is muted.
    pub(crate) async fn send(&self, key: &EpochKey, from: i64, to: i64, muted: Option<i64>) {
        let mut deliveries = Vec::new();
        for second in from..to {
            let body = if muted == Some(second) {
                AudioBody::Mute { samples: S }
            } else {
                AudioBody::Chunk(sound(key, second * S, (second + 1) * S))
            };
            deliveries.push(self.producer.enqueue(record(key, second, body)).await.unwrap());
        }
        for delivery in deliveries {
            delivery.await.unwrap();
        }
    }

    /// What transcription would have stored of `seconds`, in windows of ten seconds, and the epoch's end.
    pub(crate) async fn heard(&self, key: &EpochKey, seconds: i64) {
        let claim = self.store().claim_partition("transcribe", topic::AUDIO, 0, "test", now()).await.unwrap();
        for first in (0..seconds).step_by(10) {
            let heard = window(key, first * S, (first + 10).min(seconds) * S);
            let wall = |at: StreamTime| now() + TimeDelta::microseconds(at.micros());
            let new = NewWindow {
                heard: &heard,
                began_at: wall(heard.range.first()),
                ended_at: wall(heard.range.end()),
                next_offset: 0,
                announce: announcement(),
            };
            self.store().store_window(&claim.lease, new, now()).await.unwrap();
        }
        let samples = StreamTime::from_samples(seconds * S);
        let end = FinishedEpoch { key, samples, how: EpochEnd::Ended, ended_at: now(), next_offset: 0, announce: None };
        self.store().finish_epoch(&claim.lease, end, now()).await.unwrap();
    }

    /// What screening would have found in the window of ten seconds that holds the last sample.
    pub(crate) async fn flag(&self, key: &EpochKey, rule: &str, first: i64, end: i64) -> domain::FlagId {
        let claim = self.store().claim_partition("screen", topic::WINDOW, 0, "test", now()).await.unwrap();
        let found = Finding {
            key: key.clone(),
            carrier: Carrier::Rule { id: rule.into(), version: "1.0.0".into(), pack: "cc".into() },
            place: FindingRange { range: range(first, end), words: "I will hurt you".into() },
            category: Category::Threat,
            severity: Severity::Medium,
            score: 0.5,
            status: FlagStatus::Provisional,
            why: "a first-person announcement".into(),
        };
        let last = (end - 1) / (10 * S);
        let window = window(key, last * 10 * S, (last + 1) * 10 * S).id();
        let screening = Screening {
            window,
            pack_hash: Some("cc"),
            model_sha256: None,
            findings: std::slice::from_ref(&found),
            next_offset: 1,
        };
        let changes = self.store().store_screening(&claim.lease, &screening, now()).await.unwrap();
        changes[0].event.flag
    }

    /// Waits until the flag has so many clips.
    pub(crate) async fn clips(&self, flag: domain::FlagId, count: usize) -> Vec<ClipLine> {
        let began = Instant::now();
        loop {
            let clips = self.store().clips_of_flag(flag).await.unwrap();
            if clips.len() >= count {
                return clips;
            }
            assert!(began.elapsed() < PATIENCE, "{} clips", clips.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn close(self) {
        drop(self.producer);
        self.broker.stop().await;
        self.tools.store.close().await;
        self.postgres.stop().await;
    }
}

impl Service {
    pub(crate) async fn end(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.task.join_next().await {
            ended.unwrap();
        }
    }
}

/// Noise that differs from sample to sample and from stream to stream, so that no shift goes unseen.
pub(crate) fn sound(key: &EpochKey, first: i64, end: i64) -> Vec<i16> {
    let seed = u64::from(key.stream.as_str().as_bytes()[0]) + u64::from(key.epoch.number());
    let sample = |at: i64| {
        let mixed = (at.unsigned_abs() + seed * 1_000_003).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        i16::from_be_bytes([mixed.to_be_bytes()[0], mixed.to_be_bytes()[1]])
    };
    (first..end).map(sample).collect()
}

pub(crate) fn range(first: i64, end: i64) -> StreamRange {
    StreamRange::from_samples(first, end).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "objects are dated by the file system, so rows must be too")]
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings { margin: MARGIN, settle: TimeDelta::zero(), clock: now }
}

fn record(key: &EpochKey, second: i64, body: AudioBody) -> Record {
    let record = AudioRecord {
        key: key.clone(),
        sequence: second.unsigned_abs(),
        first: StreamTime::from_samples(second * S),
        captured_at: now(),
        speaker: None,
        language: "en".into(),
        body,
    };
    let record = wire::encode_audio(&record, now());
    Record {
        topic: topic::AUDIO.into(),
        key: record.key.into_bytes(),
        timestamp_ms: record.timestamp_ms,
        headers: record.headers,
        payload: Some(record.payload),
    }
}

/// A window in which Mara says ten words.
fn window(key: &EpochKey, first: i64, end: i64) -> HeardWindow {
    let words = (0..10).map(|n| Word {
        text: format!("word{n}"),
        first: StreamTime::from_samples(first + n * (end - first) / 10),
        end: StreamTime::from_samples(first + (n + 1) * (end - first) / 10),
        p: 0.75,
        verified: None,
    });
    let segment = Segment {
        range: range(first, end),
        speaker: Some("Mara".into()),
        text: "ten words that were said".into(),
        hearing: Hearing::Single,
        words: words.collect(),
    };
    HeardWindow {
        key: key.clone(),
        range: range(first, end),
        language: "en".into(),
        provenance: None,
        segments: vec![segment],
        intervals: vec![Interval { range: range(first, end), state: CoverageState::Transcribed, reason: None }],
        guards: Vec::new(),
        attempts: 1,
        seam: false,
    }
}

fn announcement() -> OutboxRecord {
    let record = KafkaRecord { key: "stage".into(), timestamp_ms: 0, headers: Vec::new(), payload: Vec::new() };
    OutboxRecord { topic: topic::WINDOW.into(), record }
}

#[expect(clippy::disallowed_methods, reason = "a test is its own program: nobody hands it settings")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
