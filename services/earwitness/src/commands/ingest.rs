//! `ingest`: sound of files, folders or standard input into a room.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, stderr},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bus::Producer;
use chrono::{DateTime, Utc};
use domain::{EpochKey, RoomId, StreamName};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use ingest::{Options, Pace, Progress, Report, Tools, plan, read_steps};
use store::{Actor, Store};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    answer::{Answer, BadInput},
    clock::now,
    commands::told_seconds,
    config::Config,
    instance::Addresses,
    services,
};

/// Send sound of files, folders or standard input into a room.
///
/// Each file is a stream of its own, named by its stem; each run opens the stream's next epoch. A room.toml beside the
/// files says the same and more.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness ingest talk.opus --room town-hall --wait
  earwitness ingest recordings/ --room town-hall --scheduled 2026-09-12T20:00:00Z --listeners counts.csv
  ffmpeg -i rtmp://… -f wav - | earwitness ingest - --room town-hall --stream stage --pace realtime")]
pub(crate) struct Arguments {
    /// Files, folders, or - for standard input (WAV, or raw samples with --raw)
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// The room; room.toml may name it instead
    #[arg(long, value_name = "ID")]
    room: Option<RoomId>,
    /// Name of the stream, for a single source
    #[arg(long, value_name = "ID")]
    stream: Option<StreamName>,
    /// Who speaks
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
    /// The language expected, such as en or pt-BR
    #[arg(long, value_name = "xx")]
    language: Option<String>,
    /// When the room should begin (RFC 3339)
    #[arg(long, value_name = "T")]
    scheduled: Option<DateTime<Utc>>,
    /// Wall time of the first sample (RFC 3339); now by default
    #[arg(long, value_name = "T")]
    start: Option<DateTime<Utc>>,
    /// Listeners: a number, or a CSV file with the header seconds,listeners, counted from the scheduled start
    #[arg(long, value_name = "N or FILE.csv")]
    listeners: Option<String>,
    /// How fast the sound plays
    #[arg(long, value_enum, default_value = "fast")]
    pace: PaceChoice,
    /// Sources are samples without a header: s16le:RATE:CHANNELS
    #[arg(long, value_name = "s16le:16000:1", value_parser = raw)]
    raw: Option<(u32, u16)>,
    /// Return when all windows of this run are stored and screened
    #[arg(long)]
    wait: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum PaceChoice {
    /// A second a second
    Realtime,
    /// As fast as it goes
    Fast,
}

fn raw(text: &str) -> Result<(u32, u16), String> {
    let parse = || {
        let mut parts = text.split(':');
        let (kind, rate, channels) = (parts.next()?, parts.next()?, parts.next()?);
        let parsed = (rate.parse().ok()?, channels.parse().ok()?);
        (kind == "s16le" && parts.next().is_none()).then_some(parsed)
    };
    parse().ok_or_else(|| "expected s16le:RATE:CHANNELS, such as s16le:16000:1".to_owned())
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (wait, pace) = (arguments.wait, arguments.pace);
    let planned = plan(&arguments.sources, &options(config, &arguments)?)?;
    let addresses = Addresses::find(config)?;
    let store = services::connect(config, &addresses, "ingest").await?.acting_as(Actor::command("ingest")?);
    let timeout = Duration::from_secs(config.ingest.delivery_timeout_s);
    let producer = Arc::new(Producer::connect(&addresses.bus(config), timeout)?);
    let stop = CancellationToken::new();
    let shown = Arc::new(Shown::default());
    let observer = Arc::clone(&shown);
    let tools = Tools { producer, store: store.clone(), clock: now, observer: Arc::new(move |at| observer.show(&at)) };
    let pace = match pace {
        PaceChoice::Realtime => Pace::Realtime,
        PaceChoice::Fast => Pace::Fast,
    };
    let mut running = std::pin::pin!(ingest::run(&tools, planned, pace, stop.clone()));
    let report = loop {
        tokio::select! {
            report = &mut running => break report?,
            _ = interrupt.recv() => stop.cancel(),
            _ = terminate.recv() => stop.cancel(),
        }
    };
    shown.finish();
    let answer = tell(&report)?;
    if wait {
        let keys: Vec<EpochKey> =
            report.streams.iter().flat_map(|stream| &stream.epochs).map(|(key, _)| key.clone()).collect();
        tokio::select! {
            waited = wait_for(&store, &keys) => waited?,
            _ = interrupt.recv() => return Ok(Answer::InPart),
            _ = terminate.recv() => return Ok(Answer::InPart),
        }
    }
    Ok(answer)
}

fn options(config: &Config, arguments: &Arguments) -> anyhow::Result<Options> {
    let listeners = arguments.listeners.as_deref().map(read_steps).transpose()?.unwrap_or_default();
    if let Some(language) = &arguments.language
        && !language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    {
        return Err(BadInput(format!("--language takes a tag such as en or pt-BR, not {language:?}")).into());
    }
    Ok(Options {
        room: arguments.room.clone(),
        stream: arguments.stream.clone(),
        speaker: arguments.speaker.clone(),
        language: arguments.language.clone(),
        default_language: config.ingest.language.clone(),
        scheduled: arguments.scheduled,
        start: arguments.start.unwrap_or_else(now),
        listeners,
        raw: arguments.raw,
    })
}

/// Says what was sent and what was not.
fn tell(report: &Report) -> anyhow::Result<Answer> {
    let (mut sent, mut faults) = (0, Vec::new());
    for stream in &report.streams {
        for (key, end) in &stream.epochs {
            sent += 1;
            eprintln!("{}/{} epoch {}: {} sent", key.room, key.stream, key.epoch, told_seconds(end.seconds()));
        }
        faults.extend(stream.faults.iter().map(|fault| format!("{}: {fault}", stream.name)));
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    match (sent, faults.len()) {
        (_, 0) => Ok(Answer::Done),
        (0, _) => Err(BadInput("nothing was sent".into()).into()),
        _ => Ok(Answer::InPart),
    }
}

/// Polls until every window of these epochs is stored and screened.
async fn wait_for(store: &Store, keys: &[EpochKey]) -> anyhow::Result<()> {
    let bar = stderr().is_terminal().then(|| ProgressBar::new(0));
    let mut last_line = Instant::now();
    loop {
        let runs = match store.run_state(keys).await {
            Err(error) if error.is_transient() => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            runs => runs?,
        };
        if runs.iter().all(store::EpochRun::is_done) {
            break;
        }
        let (stored, samples) = runs.iter().fold((0, 0), |sum, run| (sum.0 + run.stored, sum.1 + run.samples));
        let line = format!("heard {} of {}", told_seconds(stored as f64 / 16e3), told_seconds(samples as f64 / 16e3));
        match &bar {
            Some(bar) => {
                bar.set_length(samples.unsigned_abs());
                bar.set_position(stored.unsigned_abs());
                bar.set_message(line);
            }
            None if last_line.elapsed() >= Duration::from_secs(5) => {
                eprintln!("{line}");
                last_line = Instant::now();
            }
            None => {}
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(())
}

/// Progress as a line a stream on a terminal; elsewhere the report at the end is enough.
#[derive(Default)]
struct Shown {
    all: MultiProgress,
    bars: Mutex<BTreeMap<EpochKey, ProgressBar>>,
}

impl Shown {
    fn show(&self, progress: &Progress) {
        if !stderr().is_terminal() {
            return;
        }
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars.entry(progress.key.clone()).or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}");
            let bar = self.all.add(ProgressBar::new_spinner());
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        });
        let key = &progress.key;
        bar.set_message(format!("{} epoch {}: {} sent", key.stream, key.epoch, told_seconds(progress.sent.seconds())));
        bar.tick();
    }

    fn finish(&self) {
        for bar in self.bars.lock().unwrap_or_else(PoisonError::into_inner).values() {
            bar.finish_and_clear();
        }
    }
}
