//! A pool of recogniser processes: each serves one request at a time, and may die, hang or be killed alone.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::hearing::{
    DecodeSettings, GATE_FRAME, Hearing, Library, MAX_SPAN, MAX_WINDOW, ModelIdentity, Models, Request,
};
use crate::protocol::{self, Answer, Question};
pub use error::SpeechError;
use process::Process;

mod error;
mod process;

/// Wait before the second start in a row; doubled each time up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// What the pool runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The binary that ends in [`crate::child::main`] …
    pub program: PathBuf,
    /// … when started with these.
    pub arguments: Vec<String>,
    /// Loaded by every process.
    pub models: Models,
    /// Processes, and so requests at a time. One a core: a decode uses one thread.
    pub children: usize,
    /// Starting and loading all models may take this long; damaged weights can hang whisper.cpp for ever.
    pub start_timeout: Duration,
    /// The gate may take this long a window; it needs about 3 ms a second of sound.
    pub gate_timeout: Duration,
    /// A process may overrun a request's own deadline by this much before it is killed.
    pub grace: Duration,
}

impl Settings {
    /// The usual times: 60 s to start, 20 s to gate, 5 s of grace.
    pub fn new(program: PathBuf, arguments: Vec<String>, models: Models, children: usize) -> Self {
        let (start_timeout, gate_timeout) = (Duration::from_mins(1), Duration::from_secs(20));
        Self { program, arguments, models, children, start_timeout, gate_timeout, grace: Duration::from_secs(5) }
    }
}

/// Hears and gates in child processes. Dropping it ends them.
///
/// A request waits its turn without limit, first come first served; only its own work is timed.
#[derive(Debug)]
pub struct Recogniser {
    settings: Settings,
    library: Library,
    turns: Semaphore,
    /// As many as there are turns, less those in use.
    idle: Mutex<Vec<Slot>>,
}

/// The place of one process, which may be empty.
#[derive(Debug, Default)]
struct Slot {
    process: Option<Process>,
    failures_in_row: u32,
    not_before: Option<Instant>,
}

impl Recogniser {
    /// Starts all processes and waits until each has loaded and tested its models.
    ///
    /// # Errors
    /// The first failure, which names the program or the model file.
    pub async fn start(settings: Settings) -> Result<Self, SpeechError> {
        let mut starting = JoinSet::new();
        for _ in 0..settings.children.max(1) {
            let settings = settings.clone();
            starting.spawn(async move { Process::start(&settings).await });
        }
        let (mut idle, mut library) = (Vec::new(), Library::default());
        while let Some(started) = starting.join_next().await {
            let (process, of_process) = started.map_err(SpeechError::Interrupted)??;
            idle.push(Slot { process: Some(process), ..Slot::default() });
            library = of_process;
        }
        let turns = Semaphore::new(idle.len());
        Ok(Self { settings, library, turns, idle: Mutex::new(idle) })
    }

    /// Silero's speech probability, 0 to 1, of each 32 ms frame ([`GATE_FRAME`] samples) of a window; the last frame
    /// is filled up with zeros. Give it whole windows of at most [`MAX_WINDOW`] samples: it starts afresh each time.
    ///
    /// # Errors
    /// See [`SpeechError`]; an empty or too long window is refused.
    pub async fn gate(&self, window: &[i16]) -> Result<Vec<f32>, SpeechError> {
        check_length("window", window.len(), MAX_WINDOW)?;
        let (answer, body) = self.ask("gate", &Question::Gate, window, self.settings.gate_timeout).await?;
        let probabilities = protocol::f32_from_bytes(&body).unwrap_or_default();
        if answer == Answer::Probabilities && probabilities.len() == window.len().div_ceil(GATE_FRAME) {
            return Ok(probabilities);
        }
        Err(SpeechError::unexpected("gate", &answer))
    }

    /// Decodes one span, within the request's deadline.
    ///
    /// # Errors
    /// See [`SpeechError`]; a model, language or length that cannot be served is refused.
    pub async fn hear(&self, request: &Request) -> Result<Hearing, SpeechError> {
        check_length("span", request.pcm.len(), MAX_SPAN)?;
        let question = Question::Hear { request: Cow::Borrowed(request) };
        match self.ask("hear", &question, &request.pcm, request.deadline).await? {
            (Answer::Heard { hearing }, _) => Ok(hearing),
            (answer, _) => Err(SpeechError::unexpected("hear", &answer)),
        }
    }

    /// All that decides what a model hears; `None` for a name that is not loaded. The gate's name counts too.
    pub fn model_identity(&self, name: &str) -> Option<ModelIdentity> {
        let Models { hearing, gate } = &self.settings.models;
        let model = hearing.iter().chain([gate]).find(|model| model.name == name)?.clone();
        Some(ModelIdentity { model, library: self.library.clone(), settings: DecodeSettings::default() })
    }

    /// Requests that can be served at a time.
    pub fn children(&self) -> usize {
        self.settings.children.max(1)
    }

    /// Takes a turn, brings its process up if need be, and asks. Where the caller gives up meanwhile, the process is
    /// dropped, and so killed, with the question: its answer must not meet the next one.
    async fn ask(
        &self,
        operation: &'static str,
        question: &Question<'_>,
        pcm: &[i16],
        allowed: Duration,
    ) -> Result<(Answer, Vec<u8>), SpeechError> {
        let frame = protocol::encode(question, &protocol::pcm_to_bytes(pcm))
            .map_err(|error| SpeechError::Refused(error.to_string()))?;
        let turn = self.turns.acquire().await.map_err(SpeechError::Closed)?;
        let mut lease = Lease { idle: &self.idle, slot: self.pop_idle() };
        let mut process = lease.slot.take_or_start(&self.settings).await?;
        let limit = allowed.saturating_add(self.settings.grace);
        let answered = tokio::time::timeout(limit, process.exchange(&frame)).await;
        let result = match answered {
            Ok(Ok(answer)) => {
                lease.slot.process = Some(process);
                lease.slot.failures_in_row = 0;
                lease.slot.not_before = None;
                Ok(answer)
            }
            Ok(Err(error)) => {
                lease.slot.back_off();
                Err(SpeechError::Crashed { operation, end: process.end(&error).await })
            }
            Err(_) => {
                lease.slot.back_off();
                process.kill().await;
                Err(SpeechError::TimedOut { operation, allowed })
            }
        };
        drop(lease);
        drop(turn);
        match result? {
            (Answer::Failed { failure }, _) => Err(SpeechError::of_failure(operation, failure, allowed)),
            answer => Ok(answer),
        }
    }

    fn pop_idle(&self) -> Slot {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

impl Slot {
    async fn take_or_start(&mut self, settings: &Settings) -> Result<Process, SpeechError> {
        if let Some(mut process) = self.process.take() {
            if process.is_alive() {
                return Ok(process);
            }
            tracing::warn!(pid = process.pid(), "a recogniser process died while idle; starting another");
        }
        if let Some(instant) = self.not_before {
            tokio::time::sleep_until(instant).await;
        }
        self.back_off(); // until the next answer, so that a start that fails counts
        let (process, _) = Process::start(settings).await?;
        Ok(process)
    }

    fn back_off(&mut self) {
        let factor = 2_u32.saturating_pow(self.failures_in_row);
        self.failures_in_row = self.failures_in_row.saturating_add(1);
        self.not_before = Some(Instant::now() + FIRST_BACKOFF.saturating_mul(factor).min(LONGEST_BACKOFF));
    }
}

/// Returns its slot to the pool whatever becomes of the request.
struct Lease<'a> {
    idle: &'a Mutex<Vec<Slot>>,
    slot: Slot,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let slot = std::mem::take(&mut self.slot);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
    }
}

fn check_length(what: &str, samples: usize, most: usize) -> Result<(), SpeechError> {
    match samples {
        0 => Err(SpeechError::Refused(format!("the {what} is empty"))),
        n if n > most => Err(SpeechError::Refused(format!("the {what} has {n} samples, more than {most}"))),
        _ => Ok(()),
    }
}
