//! Plays a plan: opens epochs, sends their records, says how they ended.

use std::{sync::Arc, time::Instant};

use bus::{BusError, Producer};
use chrono::{DateTime, Duration, Utc};
use domain::{AudioRecord, EpochKey, RoomId, StreamTime};
use media::MediaError;
use store::{AccessAttempt, AttemptResult, EpochEnd, ListenerStep, NewEpoch, RoomDescription, Store, StoreError};
use tokio::{
    sync::{OnceCell, Semaphore, mpsc},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use wire::{RoomMeta, topic};

use crate::{
    chunks::Chunker,
    patience::patiently,
    plan::{Connection, Piece, RunPlan, StreamPlan},
    play::{self, Played},
    send::{Sender, kafka_record},
};

/// Tells wall time; only the binary reads the real one.
pub type Clock = fn() -> DateTime<Utc>;

/// Streams that play at once when time does not pace them.
const FAST_STREAMS: usize = 8;
/// The room's description goes out every 5 s of stream time.
const META_EVERY: i64 = 80_000;

/// How fast sound is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A second a second.
    Realtime,
    /// As fast as it goes.
    Fast,
}

/// What a run works with.
#[derive(Clone)]
pub struct Tools {
    /// Where chunks go.
    pub producer: Arc<Producer>,
    /// Where rooms and epochs are kept.
    pub store: Store,
    /// Tells wall time.
    pub clock: Clock,
    /// Is told how far each stream is.
    pub observer: Arc<dyn Fn(Progress) + Send + Sync>,
}

/// How far a stream is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Which epoch.
    pub key: EpochKey,
    /// The sample after the last one sent.
    pub sent: StreamTime,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// Each stream, in the order of the plan.
    pub streams: Vec<StreamReport>,
}

/// What became of a stream.
#[derive(Debug, Default)]
pub struct StreamReport {
    /// Its name.
    pub name: String,
    /// Epochs opened, with their samples.
    pub epochs: Vec<(EpochKey, StreamTime)>,
    /// What went wrong, in plain words; the sound before it was sent all the same.
    pub faults: Vec<String>,
}

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The broker takes nothing.
    #[error("the broker does not take the sound; everything before it is kept")]
    Bus(#[from] BusError),
    /// The database takes nothing.
    #[error("the room cannot be recorded")]
    Store(#[from] StoreError),
    /// A description that has no form on the wire.
    #[error("the room's description cannot be sent")]
    Wire(#[from] wire::WireError),
    /// A task of ours ended without an answer: a bug.
    #[error("a stream's task ended without an answer")]
    Task(#[from] tokio::task::JoinError),
}

/// Plays `plan` until its end or until `stop`, which ends each epoch properly where it is.
///
/// # Errors
/// [`IngestError`] where broker or database fail; faults of sources stand in the report.
pub async fn run(tools: &Tools, plan: RunPlan, pace: Pace, stop: CancellationToken) -> Result<Report, IngestError> {
    let RunPlan { room, listeners, streams } = plan;
    let mut opened = Vec::new();
    for stream in streams {
        let faults = first_faults(&stream);
        opened.push((stream, faults));
    }
    let shared = Arc::new(Shared { tools: tools.clone(), room, listeners, pace, stop, room_open: OnceCell::new() });
    let turns = Arc::new(Semaphore::new(if pace == Pace::Fast { FAST_STREAMS } else { Semaphore::MAX_PERMITS }));
    let mut tasks = JoinSet::new();
    for (index, (stream, faults)) in opened.into_iter().enumerate() {
        let (shared, turns) = (Arc::clone(&shared), Arc::clone(&turns));
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            let name = stream.name.to_string();
            if faults.is_empty() {
                shared.play_stream(stream).await.map(|report| (index, report))
            } else {
                Ok((index, StreamReport { name, epochs: Vec::new(), faults }))
            }
        });
    }
    let mut reports = Vec::new();
    while let Some(done) = tasks.join_next().await {
        reports.push(done??);
    }
    reports.sort_by_key(|(index, _)| *index);
    Ok(Report { streams: reports.into_iter().map(|(_, report)| report).collect() })
}

/// What is wrong with the sources of a stream before anything is played.
fn first_faults(stream: &StreamPlan) -> Vec<String> {
    let pieces = stream.connections.iter().flat_map(|connection| &connection.pieces);
    let mut faults: Vec<String> = pieces
        .filter_map(|piece| {
            let Piece::Sound { source, .. } = piece else { return None };
            play::try_open(piece).err().map(|fault| told(&source.to_string(), &fault))
        })
        .collect();
    faults.dedup();
    faults
}

fn told(source: &str, fault: &MediaError) -> String {
    let mut text = format!("{source}: {fault}");
    let mut cause = std::error::Error::source(fault);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

struct Shared {
    tools: Tools,
    room: RoomDescription,
    listeners: Vec<ListenerStep>,
    pace: Pace,
    stop: CancellationToken,
    /// Set once the room stands in the database: when there is something to say of it.
    room_open: OnceCell<()>,
}

impl Shared {
    async fn open_room(&self) -> Result<(), IngestError> {
        let Tools { store, clock, .. } = &self.tools;
        let open = || async {
            store.open_room(&self.room, clock()).await?;
            store.set_listeners(&self.room.room, &self.listeners, clock()).await
        };
        self.room_open.get_or_try_init(|| patiently(&self.stop, open)).await?;
        Ok(())
    }

    async fn play_stream(&self, stream: StreamPlan) -> Result<StreamReport, IngestError> {
        let mut report = StreamReport { name: stream.name.to_string(), ..StreamReport::default() };
        self.record_attempts(&stream).await?;
        let (mut before, pieces) = (None, stream.connections.len());
        for (index, connection) in stream.connections.into_iter().enumerate() {
            if self.stop.is_cancelled() {
                report.faults.push(format!("stopped before connection {} of {pieces}", index + 1));
                break;
            }
            let at = connection.at;
            if before.is_some_and(|end| end > at) {
                report.faults.push(format!("connection {} begins at {at}, before the one before it ends", index + 1));
                break;
            }
            let played = self.play_connection(&stream.name, &stream.language, connection, &mut report.faults).await?;
            if let Some((key, end)) = played {
                before = Some(at + Duration::microseconds(end.micros()));
                report.epochs.push((key, end));
            }
        }
        Ok(report)
    }

    async fn record_attempts(&self, stream: &StreamPlan) -> Result<(), IngestError> {
        if !stream.attempts.is_empty() {
            self.open_room().await?;
        }
        for attempted in &stream.attempts {
            let attempt = AccessAttempt {
                room: self.room.room.clone(),
                stream: stream.name.clone(),
                at: attempted.at,
                source: "room.toml".to_owned(),
                result: attempted.result,
                status: attempted.status,
                latency_ms: attempted.latency_ms,
                retry_after_s: attempted.retry_after_s,
            };
            let Tools { store, clock, .. } = &self.tools;
            patiently(&self.stop, || store.record_attempt(&attempt, clock())).await?;
        }
        Ok(())
    }

    async fn play_connection(
        &self,
        name: &domain::StreamName,
        language: &str,
        connection: Connection,
        faults: &mut Vec<String>,
    ) -> Result<Option<(EpochKey, StreamTime)>, IngestError> {
        let Tools { store, clock, producer, .. } = &self.tools;
        let source = described(&connection);
        let mut played = play::play(connection.pieces);
        let Some(opening) = opening(&mut played, faults).await else { return Ok(None) };
        self.open_room().await?;
        let attempt = AccessAttempt {
            room: self.room.room.clone(),
            stream: name.clone(),
            at: connection.at,
            source: source.clone(),
            result: AttemptResult::Connected,
            status: None,
            latency_ms: None,
            retry_after_s: None,
        };
        patiently(&self.stop, || store.record_attempt(&attempt, clock())).await?;
        let new = NewEpoch { began_at: connection.at, source, language: language.to_owned(), before: None };
        let key = patiently(&self.stop, || store.open_epoch(&self.room.room, name, &new, clock())).await?;
        let chunker = Chunker::new(key.clone(), connection.at, language.to_owned());
        let mut playing = Playing {
            shared: self,
            sender: Sender::new(producer, *clock),
            chunker,
            began: Instant::now(),
            began_at: connection.at,
            meta_due: 0,
        };
        playing.play(opening, played, faults).await?;
        let end = playing.finish().await?;
        let ended_at = connection.at + Duration::microseconds(end.micros());
        let close = || store.close_epoch(&key, Some(end.samples()), EpochEnd::Ended, ended_at, clock());
        patiently(&self.stop, close).await?;
        Ok(Some((key, end)))
    }
}

/// Waits for the first sound or declared stretch, and gives all that came up to it; none if a fault is all that comes,
/// so that no epoch is opened for what was never sound.
async fn opening(played: &mut mpsc::Receiver<Played>, faults: &mut Vec<String>) -> Option<Vec<Played>> {
    let mut opening = Vec::new();
    while let Some(next) = played.recv().await {
        match next {
            Played::Fault(source, fault) => faults.push(told(&source, &fault)),
            Played::Speaker(_) => opening.push(next),
            Played::Sound(_) | Played::Mute(_) | Played::Gap(..) => {
                opening.push(next);
                return Some(opening);
            }
        }
    }
    None
}

/// What the epoch's row says of where its sound comes from.
fn described(connection: &Connection) -> String {
    let sources = connection.pieces.iter().filter_map(|piece| match piece {
        Piece::Sound { source, .. } => Some(source.to_string()),
        Piece::Mute(_) | Piece::Gap(..) => None,
    });
    let mut sources: Vec<String> = sources.collect();
    sources.dedup();
    match sources.as_slice() {
        [] => "declared".to_owned(),
        [one] => one.clone(),
        [first, .., last] => format!("{first} … {last}"),
    }
}

/// A connection being played.
struct Playing<'a> {
    shared: &'a Shared,
    sender: Sender<'a>,
    chunker: Chunker,
    began: Instant,
    began_at: DateTime<Utc>,
    /// Stream time, in samples, at which the room's description is due again.
    meta_due: i64,
}

impl Playing<'_> {
    async fn play(
        &mut self,
        opening: Vec<Played>,
        mut played: mpsc::Receiver<Played>,
        faults: &mut Vec<String>,
    ) -> Result<(), IngestError> {
        for next in opening {
            self.take(next, faults).await?;
        }
        loop {
            let next = tokio::select! {
                () = self.shared.stop.cancelled() => {
                    faults.push(format!("stopped at {}", self.chunker.end()));
                    return Ok(());
                }
                next = played.recv() => next,
            };
            match next {
                None => return Ok(()),
                Some(next) => self.take(next, faults).await?,
            }
        }
    }

    async fn take(&mut self, played: Played, faults: &mut Vec<String>) -> Result<(), IngestError> {
        let records = match played {
            Played::Speaker(speaker) => self.chunker.speaker(speaker.as_deref()).into_iter().collect(),
            Played::Sound(pcm) => self.chunker.sound(&pcm),
            Played::Mute(samples) => self.chunker.mute(samples),
            Played::Gap(samples, reason) => self.chunker.gap(samples, reason),
            Played::Fault(source, fault) => {
                faults.push(told(&source, &fault));
                Vec::new()
            }
        };
        for record in records {
            self.send(record).await?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<StreamTime, IngestError> {
        for record in self.chunker.finish() {
            self.send(record).await?;
        }
        self.sender.flush().await?;
        Ok(self.sender.durable())
    }

    async fn send(&mut self, record: AudioRecord) -> Result<(), IngestError> {
        let (key, end) = (record.key.clone(), record.end());
        if self.shared.pace == Pace::Realtime {
            let due = self.began + std::time::Duration::from_micros(end.micros().unsigned_abs());
            tokio::select! {
                () = tokio::time::sleep_until(due.into()) => {}
                () = self.shared.stop.cancelled() => {}
            }
        }
        if end.samples() >= self.meta_due {
            self.send_meta(&key, end).await?;
            self.meta_due = end.samples() + META_EVERY;
        }
        self.sender.send(record).await?;
        (self.shared.tools.observer)(Progress { key, sent: end });
        Ok(())
    }

    async fn send_meta(&mut self, key: &EpochKey, at: StreamTime) -> Result<(), IngestError> {
        let at = self.began_at + Duration::microseconds(at.micros());
        let Shared { room, listeners, tools, .. } = self.shared;
        let meta = RoomMeta {
            room: RoomId::clone(&room.room),
            title: room.title.clone(),
            hosts: room.hosts.clone(),
            scheduled: room.scheduled,
            listeners: listeners.iter().rfind(|step| step.from <= at).map(|step| step.listeners),
            at,
        };
        let record = kafka_record(topic::ROOM_META, wire::encode_room_meta(&meta, key.stream_id(), (tools.clock)())?);
        // For whoever watches rooms on Kafka; Postgres has the counts already, so that nobody need wait for this one.
        drop(tools.producer.enqueue(record).await?);
        Ok(())
    }
}
