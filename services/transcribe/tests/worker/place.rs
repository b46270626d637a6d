//! A broker, a database and the service, for one test each.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use bus::{Admin, Producer, Record, Topic};
use chrono::{DateTime, Utc};
use domain::{AudioBody, AudioRecord, CoverageReason, CoverageState, EpochKey, RoomId, StreamTime};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use speech::{ModelFile, Models, Recogniser};
use standalone::{Broker, DataFolder, Postgres, PostgresSettings, cache_folder, find_broker};
use store::{Actor, EpochState, NewEpoch, Options, RoomDescription, Store, bootstrap_embedded, migrate};
use tempfile::TempDir;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;
use transcribe::{Settings, Tools, TranscribeError, WindowLength};
use wire::topic;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// An epoch without a record for so long has ended.
pub(crate) const IDLE: Duration = Duration::from_secs(6);
/// One second in samples.
pub(crate) const S: i64 = 16_000;

pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) producer: Producer,
    bus: bus::Settings,
    broker: Broker,
    postgres: Postgres,
    folder: TempDir,
}

/// The service at work.
pub(crate) struct Service {
    stop: CancellationToken,
    task: JoinSet<Result<(), TranscribeError>>,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::with_retention(-1).await
    }

    /// The sound of one partition is kept for so many milliseconds.
    pub(crate) async fn with_retention(retention_ms: i64) -> Self {
        // As root, Postgres runs as another user, who must pass through.
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o711)).tempdir().unwrap();
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let postgres = PostgresSettings { binaries: None, search_path: OsString::new() };
        let postgres = Postgres::start(&data, &postgres, mpsc::channel(1).0).await.unwrap();
        let urls = bootstrap_embedded(&postgres.superuser_url()).await.unwrap();
        migrate(&urls.migrate, &Options::default()).await.unwrap();
        let actor = Actor::service("transcribe").unwrap();
        let store = Store::connect(&urls.service, actor, &Options::default()).await.unwrap();
        let program =
            find_broker(None, cache_folder(variable).as_deref()).expect("the broker: run `cargo xtask build`");
        let broker = Broker::start(&data, &program, mpsc::channel(1).0).await.unwrap();
        let mut bus = bus::Settings::new(broker.address().to_string());
        // A member that lost its group would begin anew, and be none the wiser.
        bus.extra.insert("session.timeout.ms".into(), "60000".into());
        let topic = Topic { name: topic::AUDIO.into(), partitions: 1, retention_ms, compact: false };
        Admin::connect(&bus).unwrap().create_topics(&[topic]).await.unwrap();
        let producer = Producer::connect(&bus, PATIENCE).unwrap();
        Self { store, producer, bus, broker, postgres, folder }
    }

    /// Starts the service.
    pub(crate) async fn serve(&self) -> Service {
        let stop = CancellationToken::new();
        let (bus, store, stopped) = (self.bus.clone(), self.store.clone(), stop.clone());
        let recogniser = Arc::new(deaf_recogniser(self.folder.path()).await);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let tools = Tools { bus: &bus, store, recogniser };
            Box::pin(transcribe::run(tools, settings(), stopped)).await
        });
        Service { stop, task }
    }

    /// Opens the next epoch of that stream.
    pub(crate) async fn open(&self, stream: &str) -> EpochKey {
        let description =
            RoomDescription { room: room(), title: None, hosts: Vec::new(), language: None, scheduled: None };
        self.store.open_room(&description, now()).await.unwrap();
        let new = NewEpoch { began_at: now(), source: "test".into(), language: "en".into(), before: None };
        self.store.open_epoch(&room(), &stream.parse().unwrap(), &new, now()).await.unwrap()
    }

    /// Sends seconds `from..to` of silence.
    pub(crate) async fn send(&self, key: &EpochKey, from: i64, to: i64) {
        for second in from..to {
            self.send_record(key, second, AudioBody::Chunk(vec![0; 16_000])).await;
        }
    }

    /// Says that the epoch is complete after so many seconds.
    pub(crate) async fn end(&self, key: &EpochKey, seconds: i64) {
        self.send_record(key, seconds, AudioBody::End).await;
    }

    async fn send_record(&self, key: &EpochKey, second: i64, body: AudioBody) {
        let record = AudioRecord {
            key: key.clone(),
            sequence: u64::try_from(second).unwrap(),
            first: StreamTime::from_samples(second * S),
            captured_at: now(),
            speaker: None,
            language: "en".into(),
            body,
        };
        let record = wire::encode_audio(&record, now());
        let record = Record {
            topic: topic::AUDIO.into(),
            key: record.key.into_bytes(),
            timestamp_ms: record.timestamp_ms,
            headers: record.headers,
            payload: Some(record.payload),
        };
        self.producer.send(record).await.unwrap();
    }

    /// Waits until the epoch is so far.
    pub(crate) fn until<F: Fn(&EpochState) -> bool>(
        &self,
        what: &'static str,
        key: &EpochKey,
        is_there: F,
    ) -> impl Future<Output = EpochState> + use<F> {
        let (store, key) = (self.store.clone(), key.clone());
        async move {
            let began = Instant::now();
            loop {
                let state = store.epoch_state(&key).await.unwrap().unwrap();
                if is_there(&state) {
                    return state;
                }
                assert!(began.elapsed() < PATIENCE, "{what}: {state:?}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// Waits until the broker has deleted all that was sent.
    pub(crate) async fn until_deleted(&self) {
        let (admin, began) = (Admin::connect(&self.bus).unwrap(), Instant::now());
        loop {
            let held = admin.watermarks(topic::AUDIO).await.unwrap()[0];
            if held.first == held.end {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "nothing is deleted: {held:?}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// First and last sample, state and reason of each interval of each epoch of a stream, joined where they touch.
    pub(crate) async fn account(&self, stream: &str) -> Vec<(i64, i64, CoverageState, Option<CoverageReason>)> {
        let coverage = self.store.coverage(&room()).await.unwrap();
        let stream = coverage.streams.iter().find(|found| found.stream == stream).unwrap();
        assert_eq!(stream.unaccounted_samples, 0);
        let mut account: Vec<(i64, i64, _, _)> = Vec::new();
        for line in stream.epochs.iter().flat_map(|epoch| &epoch.intervals) {
            match account.last_mut() {
                Some(last) if (last.1, last.2, last.3) == (line.first, line.state, line.reason) => last.1 = line.end,
                _ => account.push((line.first, line.end, line.state, line.reason)),
            }
        }
        account
    }

    pub(crate) async fn dead_letters(&self) -> i64 {
        self.store.health().await.unwrap().dead_letters
    }

    /// Sends a signal to the broker's process.
    pub(crate) fn signal_broker(&self, signal: Signal) {
        let file = self.folder.path().join("data/broker/kafka.db");
        let file = file.to_str().unwrap();
        let of_broker = |entry: fs::DirEntry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let is_broker = fs::read_to_string(entry.path().join("comm")).ok()?.starts_with("earwitness-brok");
            let arguments = fs::read(entry.path().join("cmdline")).ok()?;
            (is_broker && String::from_utf8_lossy(&arguments).contains(file)).then_some(pid)
        };
        let pid = fs::read_dir("/proc").unwrap().flatten().find_map(of_broker).expect("the broker runs");
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    pub(crate) async fn close(self) {
        self.broker.stop().await;
        self.store.close().await;
        self.postgres.stop().await;
    }
}

impl Service {
    pub(crate) async fn end(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.task.join_next().await {
            ended.unwrap().unwrap();
        }
    }
}

fn room() -> RoomId {
    "town hall".parse().unwrap()
}

/// Long ago, for retention.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_789_243_200, 0).unwrap()
}

fn settings() -> Settings {
    Settings {
        group: "transcribe".to_owned(),
        owner: "test".to_owned(),
        models: [("*".to_owned(), "none".to_owned())].into(),
        windows: [("*".to_owned(), WindowLength { min_ms: 500, max_ms: 1_500 })].into(),
        pause_ms: 300,
        margin_ms: 100,
        context_margin: speech::DEFAULT_MARGIN,
        deadline: PATIENCE,
        backlog_seconds: 180,
        idle: IDLE,
        clock: now,
    }
}

/// A recogniser whose process says that it is ready, and then no word.
async fn deaf_recogniser(folder: &Path) -> Recogniser {
    let header = br#"{"answer":"ready","library":{"version":"0","system":""}}"#;
    let length = u32::try_from(header.len()).unwrap().to_le_bytes();
    let path = folder.join("ready");
    fs::write(&path, [&[1], &length[..], &[0; 4], header].concat()).unwrap();
    let script = format!("cat {} && exec cat > /dev/null", path.display());
    let file = |name: &str| ModelFile { name: name.into(), path: PathBuf::new(), sha256: String::new() };
    let models = Models { hearing: vec![file("none")], gate: file("gate") };
    let arguments = vec!["-c".to_owned(), script];
    Recogniser::start(speech::Settings::new("/bin/sh".into(), arguments, models, 1)).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test is its own program: nobody hands it settings")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
