//! A broker of its own for each test, and what the tests do with it.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use bus::{Admin, BoxError, Claim, Consumer, Event, Positions, Producer, Record, Settings, Subscription, Topic};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use standalone::{Broker, DataFolder, cache_folder, find_broker};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const TOPIC: &str = "test.records.v1";

pub(crate) struct Place {
    pub(crate) settings: Settings,
    pub(crate) admin: Admin,
    broker: Broker,
    file: PathBuf,
    _temporary: TempDir,
}

impl Place {
    /// A broker with a topic of so many partitions.
    pub(crate) async fn with_partitions(partitions: i32) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        let program =
            find_broker(None, cache_folder(variable).as_deref()).expect("the broker: run `cargo xtask build`");
        let broker = Broker::start(&folder, &program, mpsc::channel(1).0).await.unwrap();
        let settings = Settings::new(broker.address().to_string());
        let admin = Admin::connect(&settings).unwrap();
        let topic = Topic { name: TOPIC.into(), partitions, retention_ms: -1, compact: false };
        admin.create_topics(&[topic]).await.unwrap();
        let file = folder.path().join("broker/kafka.db");
        Self { settings, admin, broker, file, _temporary: temporary }
    }

    pub(crate) fn producer(&self, delivery_timeout: Duration) -> Producer {
        Producer::connect(&self.settings, delivery_timeout).unwrap()
    }

    pub(crate) fn consumer(&self, positions: &Kept) -> Consumer<Kept> {
        Consumer::subscribe(&self.settings, &Subscription::new(TOPIC, "test"), positions.clone()).unwrap()
    }

    /// Writes records `from..to` of `key`, in order.
    pub(crate) async fn fill(&self, key: &str, from: u32, to: u32) {
        let producer = self.producer(PATIENCE);
        let mut deliveries = Vec::new();
        for number in from..to {
            deliveries.push(producer.enqueue(record(key, number)).await.unwrap());
        }
        for delivery in deliveries {
            delivery.await.unwrap();
        }
    }

    /// Sends a signal to the broker's process.
    pub(crate) fn signal(&self, signal: Signal) {
        let file = self.file.to_str().unwrap();
        let pid = fs::read_dir("/proc").unwrap().find_map(|entry| {
            let path = entry.ok()?.path();
            let pid = path.file_name()?.to_str()?.parse().ok()?;
            let is_broker = fs::read_to_string(path.join("comm")).ok()?.starts_with("earwitness-brok");
            let arguments = fs::read(path.join("cmdline")).ok()?;
            (is_broker && String::from_utf8_lossy(&arguments).contains(file)).then_some(pid)
        });
        // Between a death and the next start there is none.
        if let Some(pid) = pid {
            kill(Pid::from_raw(pid), signal).unwrap();
        }
    }

    pub(crate) async fn stop(self) {
        self.broker.stop().await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is its own program: nobody hands it settings")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

pub(crate) fn record(key: &str, number: u32) -> Record {
    Record {
        topic: TOPIC.into(),
        key: key.into(),
        timestamp_ms: 1_790_000_000_000 + i64::from(number),
        headers: vec![("number".into(), number.to_be_bytes().to_vec())],
        payload: Some(vec![u8::try_from(number % 251).unwrap(); 2_000]),
    }
}

/// The number that [`record`] was given.
pub(crate) fn number(record: &bus::ReceivedRecord) -> u32 {
    u32::from_be_bytes(record.headers[0].1.clone().try_into().unwrap())
}

/// Positions kept in memory, with the generations they gave.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(crate) next_offsets: Arc<Mutex<BTreeMap<i32, i64>>>,
    pub(crate) generations: Arc<Mutex<BTreeMap<i32, i64>>>,
    /// So many claims fail first.
    pub(crate) failures: Arc<Mutex<u32>>,
}

impl Kept {
    pub(crate) fn at(partition: i32, next_offset: i64) -> Self {
        let kept = Self::default();
        kept.next_offsets.lock().unwrap().insert(partition, next_offset);
        kept
    }

    /// `record` is done with.
    pub(crate) fn move_to(&self, record: &bus::ReceivedRecord) {
        self.next_offsets.lock().unwrap().insert(record.partition, record.offset + 1);
    }

    /// The position of `partition`.
    pub(crate) fn next(&self, partition: i32) -> i64 {
        self.next_offsets.lock().unwrap().get(&partition).copied().unwrap_or_default()
    }
}

impl Positions for Kept {
    async fn claim(&self, topic: &str, partition: i32) -> Result<Claim, BoxError> {
        assert_eq!(topic, TOPIC);
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err("the database is away".into());
        }
        let mut generations = self.generations.lock().unwrap();
        let generation = generations.entry(partition).or_default();
        *generation += 1;
        let next_offset = self.next_offsets.lock().unwrap().get(&partition).copied();
        Ok(Claim { generation: *generation, next_offset })
    }
}

/// The next event, which must come.
pub(crate) async fn next(consumer: &Consumer<Kept>) -> Event {
    tokio::time::timeout(PATIENCE, consumer.recv()).await.expect("no event came").unwrap()
}

/// The next event, which must be a record.
pub(crate) async fn next_record(consumer: &Consumer<Kept>) -> bus::ReceivedRecord {
    let event = next(consumer).await;
    let Event::Record(record) = event else { panic!("{event:?}") };
    record
}
