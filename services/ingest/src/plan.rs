//! What a run will do: sources, flags and a `room.toml` made into streams, connections and pieces, all checked first.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Duration, Utc};
use domain::{CoverageReason, InvalidName, RoomId, StreamName};
use store::{AttemptResult, ListenerStep, RoomDescription};

use crate::describe::{self, ConnectionEntry, DescribeError, PlayEntry, RoomFile};

/// The file that describes a room.
const ROOM_FILE: &str = "room.toml";
/// Endings that are taken for sound in a folder.
const SOUND: [&str; 12] = ["wav", "flac", "mp3", "aac", "m4a", "mp4", "ogg", "oga", "opus", "webm", "mka", "wave"];

/// What the command line says beside the sources.
#[derive(Clone, Debug)]
pub struct Options {
    /// The room; may stand in `room.toml` instead.
    pub room: Option<RoomId>,
    /// The stream's name, for a single source.
    pub stream: Option<StreamName>,
    /// Who speaks.
    pub speaker: Option<String>,
    /// The language, where nothing more exact says it.
    pub language: Option<String>,
    /// The language where nobody says it.
    pub default_language: String,
    /// When the room should begin.
    pub scheduled: Option<DateTime<Utc>>,
    /// Wall time of the first sample, where nothing else says it.
    pub start: DateTime<Utc>,
    /// Steps of listeners, `(seconds, listeners)`.
    pub listeners: Vec<(f64, i64)>,
    /// Samples without a header: rate in Hz and channels.
    pub raw: Option<(u32, u16)>,
}

/// A run, ready to be played.
#[derive(Debug)]
pub struct RunPlan {
    /// What is known of the room.
    pub room: RoomDescription,
    /// Listener counts by wall time.
    pub listeners: Vec<ListenerStep>,
    /// The streams, which play side by side.
    pub streams: Vec<StreamPlan>,
}

/// A stream of a run.
#[derive(Debug)]
pub struct StreamPlan {
    /// Its name.
    pub name: StreamName,
    /// The language expected.
    pub language: String,
    /// Attempts to connect that failed.
    pub attempts: Vec<Attempted>,
    /// In order of time; each opens the next epoch.
    pub connections: Vec<Connection>,
}

/// An attempt to connect that failed.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub result: AttemptResult,
    /// The status that the source gave.
    pub status: Option<u16>,
    /// How long the answer took.
    pub latency_ms: Option<u32>,
    /// When the source asked to be tried again.
    pub retry_after_s: Option<u32>,
}

/// An unbroken connection.
#[derive(Debug)]
pub struct Connection {
    /// Wall time of its first sample.
    pub at: DateTime<Utc>,
    /// What is played, one after the other.
    pub pieces: Vec<Piece>,
}

/// A piece of a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Sound, so many times.
    Sound {
        /// From where.
        source: Source,
        /// Who speaks.
        speaker: Option<String>,
        /// How often, at least once.
        repeat: u32,
    },
    /// The source declared itself muted for so many samples.
    Mute(i64),
    /// The source lost so many samples.
    Gap(i64, CoverageReason),
}

/// Where sound comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input, any format that needs no seeking.
    Input,
    /// Samples without a header (signed 16 bit, little endian) from a file or standard input.
    Raw(Option<PathBuf>, u32, u16),
}

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// `room.toml` is at fault.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// A name is at fault.
    #[error("{} cannot name a room or a stream", found.display())]
    Name {
        /// What it would come from.
        found: PathBuf,
        /// Why.
        #[source]
        source: InvalidName,
    },
    /// A source is not there.
    #[error("cannot read {}", path.display())]
    Read {
        /// The source.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Anything that flags or `room.toml` say that makes no sense.
    #[error("{0}")]
    Usage(String),
}

/// Plans a run over `sources` (files, folders, or `-`).
///
/// # Errors
/// [`PlanError`] names the source or the key.
pub fn plan(sources: &[PathBuf], options: &Options) -> Result<RunPlan, PlanError> {
    let (mut files, mut rooms) = (Vec::new(), Vec::new());
    for source in sources {
        let in_folder = source.join(ROOM_FILE);
        if source.file_name().is_some_and(|name| name == ROOM_FILE) {
            rooms.push(source.clone());
        } else if in_folder.is_file() {
            rooms.push(in_folder);
        } else if source.is_dir() {
            files.extend(sound_in(source)?);
        } else {
            files.push(source.clone());
        }
    }
    // Beside plain files a description tells of the room and of those files; its other streams do not play.
    let beside: Option<PathBuf> =
        files.first().map(|file| file.with_file_name(ROOM_FILE)).filter(|path| rooms.is_empty() && path.is_file());
    let described_in = rooms.first().or(beside.as_ref());
    if rooms.len() > 1 {
        return Err(PlanError::Usage("one run takes one room.toml".into()));
    }
    let mut description = described_in.map_or_else(|| Ok(RoomFile::default()), |path| describe::read(path))?;
    let another = description.id.as_deref().zip(options.room.as_ref()).is_some_and(|(id, room)| id != room.as_str());
    if beside.is_some() && another {
        description = RoomFile::default();
    }
    let mut streams = file_streams(&files, &description, options)?;
    if let Some(folder) = rooms.first().and_then(|path| path.parent()) {
        streams.extend(described_streams(&description, folder, options)?);
    }
    if streams.is_empty() {
        return Err(PlanError::Usage("no sound found: name a file, a folder with sound, or a room.toml".into()));
    }
    check_names(&streams)?;
    let room = room(&description, options)?;
    let listeners = listeners(&description, options, room.scheduled, &streams);
    Ok(RunPlan { room, listeners, streams })
}

fn room(description: &RoomFile, options: &Options) -> Result<RoomDescription, PlanError> {
    let described = || description.id.as_deref().map(|id| (id, id.parse()));
    let room: RoomId = match (&options.room, described()) {
        (Some(room), _) => room.clone(),
        (None, Some((id, parsed))) => parsed.map_err(|source| PlanError::Name { found: id.into(), source })?,
        (None, None) => return Err(PlanError::Usage("name the room: --room ID, or id = \"…\" in room.toml".into())),
    };
    Ok(RoomDescription {
        room,
        title: description.title.clone(),
        hosts: description.hosts.clone(),
        language: Some(language(None, description, options)),
        scheduled: options.scheduled.or(description.scheduled),
    })
}

fn language(own: Option<&String>, description: &RoomFile, options: &Options) -> String {
    let said = own.or(options.language.as_ref()).or(description.language.as_ref());
    said.cloned().unwrap_or_else(|| options.default_language.clone())
}

fn described_streams(description: &RoomFile, folder: &Path, options: &Options) -> Result<Vec<StreamPlan>, PlanError> {
    let mut streams = Vec::new();
    for entry in &description.stream {
        let attempt = |entry: &describe::AttemptEntry| Attempted {
            at: entry.at,
            result: entry.result,
            status: entry.status,
            latency_ms: entry.latency_ms,
            retry_after_s: entry.retry_after_s,
        };
        let connections = entry
            .connection
            .iter()
            .map(|connection| self::connection(connection, folder, options))
            .collect::<Result<_, _>>()?;
        streams.push(StreamPlan {
            name: entry.name.parse().map_err(|source| PlanError::Name { found: entry.name.clone().into(), source })?,
            language: language(entry.language.as_ref(), description, options),
            attempts: entry.attempt.iter().map(attempt).collect(),
            connections,
        });
    }
    for entry in &description.file {
        let path = folder.join(&entry.file);
        let name = match &entry.stream {
            Some(name) => name.parse().map_err(|source| PlanError::Name { found: name.into(), source })?,
            None => stem(&path)?,
        };
        let speaker = entry.speaker.clone().or_else(|| options.speaker.clone());
        let source = existing(path)?;
        streams.push(single(name, language(entry.language.as_ref(), description, options), source, speaker, options));
    }
    Ok(streams)
}

fn connection(entry: &ConnectionEntry, folder: &Path, options: &Options) -> Result<Connection, PlanError> {
    let pieces = entry.play.iter().map(|play| piece(play, folder)).collect::<Result<Vec<_>, _>>()?;
    if pieces.is_empty() {
        return Err(PlanError::Usage("a connection in room.toml plays nothing".into()));
    }
    Ok(Connection { at: entry.at.unwrap_or(options.start), pieces })
}

fn piece(play: &PlayEntry, folder: &Path) -> Result<Piece, PlanError> {
    match (&play.file, play.mute, play.gap) {
        (Some(file), None, None) => Ok(Piece::Sound {
            source: existing(folder.join(file))?,
            speaker: play.speaker.clone(),
            repeat: play.repeat.unwrap_or(1).clamp(1, 10_000),
        }),
        (None, Some(seconds), None) => Ok(Piece::Mute(declared(seconds)?)),
        (None, None, Some(seconds)) => {
            let reason = play.reason.unwrap_or(CoverageReason::SourceError);
            let allowed = [CoverageReason::IngestGap, CoverageReason::SourceError, CoverageReason::AdBreak];
            if !allowed.contains(&reason) {
                let why = format!("a gap's reason is ingest_gap, source_error or ad_break, not {reason}");
                return Err(PlanError::Usage(why));
            }
            Ok(Piece::Gap(declared(seconds)?, reason))
        }
        _ => Err(PlanError::Usage("each play in room.toml has exactly one of file, mute and gap".into())),
    }
}

/// Seconds as samples: at most a day.
fn declared(seconds: f64) -> Result<i64, PlanError> {
    if !(0.001..=86_400.0).contains(&seconds) {
        return Err(PlanError::Usage(format!("{seconds} seconds are not between a millisecond and a day")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above to lie far inside an i64")]
    let samples = (seconds * 16_000.0).round() as i64;
    Ok(samples)
}

fn file_streams(files: &[PathBuf], description: &RoomFile, options: &Options) -> Result<Vec<StreamPlan>, PlanError> {
    if options.stream.is_some() && files.len() != 1 {
        return Err(PlanError::Usage(format!("--stream names one source, not {}", files.len())));
    }
    let mut streams = Vec::new();
    for file in files {
        let is_input = file.as_os_str() == "-";
        let entry = description.file.iter().find(|entry| entry.file.file_name() == file.file_name());
        let described = entry.and_then(|entry| entry.stream.as_ref());
        let name = match (&options.stream, described) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) => name.parse().map_err(|source| PlanError::Name { found: name.into(), source })?,
            (None, None) if is_input => {
                "input".parse().map_err(|source| PlanError::Name { found: file.clone(), source })?
            }
            (None, None) => stem(file)?,
        };
        let source = match (is_input, options.raw) {
            (true, Some((rate, channels))) => Source::Raw(None, rate, channels),
            (true, None) => Source::Input,
            (false, Some((rate, channels))) => {
                existing(file.clone())?;
                Source::Raw(Some(file.clone()), rate, channels)
            }
            (false, None) => existing(file.clone())?,
        };
        let language = language(entry.and_then(|entry| entry.language.as_ref()), description, options);
        let speaker = options.speaker.clone().or_else(|| entry.and_then(|entry| entry.speaker.clone()));
        streams.push(single(name, language, source, speaker, options));
    }
    Ok(streams)
}

fn single(
    name: StreamName,
    language: String,
    source: Source,
    speaker: Option<String>,
    options: &Options,
) -> StreamPlan {
    let pieces = vec![Piece::Sound { source, speaker, repeat: 1 }];
    StreamPlan { name, language, attempts: Vec::new(), connections: vec![Connection { at: options.start, pieces }] }
}

fn stem(path: &Path) -> Result<StreamName, PlanError> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.parse().map_err(|source| PlanError::Name { found: path.to_owned(), source })
}

fn existing(path: PathBuf) -> Result<Source, PlanError> {
    match std::fs::metadata(&path) {
        Ok(_) => Ok(Source::File(path)),
        Err(source) => Err(PlanError::Read { path, source }),
    }
}

/// Files in `folder` that look like sound, by name.
fn sound_in(folder: &Path) -> Result<Vec<PathBuf>, PlanError> {
    let error = |source| PlanError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        if extension.is_some_and(|extension| SOUND.contains(&extension.as_str())) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn check_names(streams: &[StreamPlan]) -> Result<(), PlanError> {
    let mut names = BTreeSet::new();
    match streams.iter().find(|stream| !names.insert(&stream.name)) {
        Some(stream) => {
            Err(PlanError::Usage(format!("two sources would both be the stream {:?}", stream.name.as_str())))
        }
        None => Ok(()),
    }
}

/// Steps count from the scheduled start, or from the first connection where there is none.
fn listeners(
    description: &RoomFile,
    options: &Options,
    scheduled: Option<DateTime<Utc>>,
    streams: &[StreamPlan],
) -> Vec<ListenerStep> {
    let steps = if options.listeners.is_empty() { &description.listeners } else { &options.listeners };
    let first = streams.iter().flat_map(|stream| &stream.connections).map(|connection| connection.at).min();
    let origin = scheduled.or(first).unwrap_or(options.start);
    steps.iter().map(|&(seconds, listeners)| step(origin, seconds, listeners)).collect()
}

fn step(origin: DateTime<Utc>, seconds: f64, listeners: i64) -> ListenerStep {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; a step that far off is never reached")]
    let micros = (seconds * 1e6) as i64;
    let from = origin.checked_add_signed(Duration::microseconds(micros)).unwrap_or(origin);
    ListenerStep { from, listeners }
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
