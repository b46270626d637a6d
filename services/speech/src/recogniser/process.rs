//! One recogniser process, seen from the service.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinSet;

use super::{Settings, SpeechError};
use crate::hearing::Library;
use crate::protocol::{self, Answer, ProtocolError, Question};

/// Lines of standard error kept for the message when the process dies.
const LAST_WORDS: usize = 5;
/// A process whose pipe broke is given this long to be gone by itself.
const TO_END: Duration = Duration::from_secs(1);

/// Killed when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    // Holds the task that reads standard error; ends it when dropped.
    listening: JoinSet<()>,
}

impl Process {
    /// Starts the program and waits until all models are loaded.
    pub(super) async fn start(settings: &Settings) -> Result<(Self, Library), SpeechError> {
        let mut process = Self::spawn(settings)?;
        let mut file = None;
        let loaded = tokio::time::timeout(settings.start_timeout, process.load(settings, &mut file)).await;
        let file = file.map_or_else(|| "nothing yet".to_owned(), |file: PathBuf| file.display().to_string());
        match loaded {
            Ok(Ok((Answer::Ready { library }, _))) => Ok((process, library)),
            Ok(Ok((Answer::Failed { failure }, _))) => Err(SpeechError::Load(failure.text)),
            Ok(Ok((answer, _))) => Err(SpeechError::unexpected("load", &answer)),
            Ok(Err(error)) => Err(SpeechError::LoadCrashed { file, end: process.end(&error).await }),
            Err(_) => {
                process.kill().await;
                Err(SpeechError::LoadTimedOut { file, limit: settings.start_timeout })
            }
        }
    }

    fn spawn(settings: &Settings) -> Result<Self, SpeechError> {
        let failed = |source| SpeechError::Spawn { program: settings.program.clone(), source };
        let mut child = Command::new(&settings.program)
            .args(&settings.arguments)
            .env("GGML_NO_BACKTRACE", "1") // an assertion must not start a debugger
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0) // Ctrl-C is for the service, which finishes what is in flight
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(failed(std::io::Error::other("a pipe is missing")));
        };
        let last_words = Arc::default();
        let mut listening = JoinSet::new();
        listening.spawn(listen(stderr, Arc::clone(&last_words)));
        Ok(Self { child, stdin, stdout: BufReader::new(stdout), last_words, listening })
    }

    async fn load(
        &mut self,
        settings: &Settings,
        opened: &mut Option<PathBuf>,
    ) -> Result<(Answer, Vec<u8>), ProtocolError> {
        let question = Question::Load { models: Cow::Borrowed(&settings.models) };
        self.send(&protocol::encode(&question, &[])?).await?;
        loop {
            match self.receive().await? {
                (Answer::Loading { file }, _) => *opened = Some(file),
                last => return Ok(last),
            }
        }
    }

    /// Sends one question and waits for its answer. Not to be used again after an error or when dropped midway.
    pub(super) async fn exchange(&mut self, frame: &[u8]) -> Result<(Answer, Vec<u8>), ProtocolError> {
        self.send(frame).await?;
        self.receive().await
    }

    async fn send(&mut self, frame: &[u8]) -> Result<(), ProtocolError> {
        self.stdin.write_all(frame).await?;
        Ok(self.stdin.flush().await?)
    }

    async fn receive(&mut self) -> Result<(Answer, Vec<u8>), ProtocolError> {
        let mut prefix = [0; protocol::PREFIX];
        self.stdout.read_exact(&mut prefix).await?;
        let (header_length, body_length) = protocol::lengths(prefix)?;
        let mut header = vec![0; header_length];
        self.stdout.read_exact(&mut header).await?;
        let mut body = vec![0; body_length];
        self.stdout.read_exact(&mut body).await?;
        Ok((protocol::parse(&header)?, body))
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// `None` once it has ended.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for a process whose pipe broke, kills it if it lives on, and says how it ended.
    pub(super) async fn end(mut self, error: &ProtocolError) -> String {
        let status = match tokio::time::timeout(TO_END, self.child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                self.kill_child().await;
                format!("killed, for {error}")
            }
        };
        // What it said last may still be on its way.
        let _ = tokio::time::timeout(TO_END, self.listening.join_next()).await;
        let last_words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let said: Vec<&str> = last_words.iter().map(String::as_str).collect();
        if said.is_empty() { status } else { format!("{status}; it said: {}", said.join(" / ")) }
    }

    /// Kills by process id and reaps.
    pub(super) async fn kill(mut self) {
        self.kill_child().await;
    }

    async fn kill_child(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(pid = self.pid(), %error, "cannot kill a recogniser process");
        }
    }
}

/// Keeps the last lines of standard error. whisper.cpp never prints what it hears there.
async fn listen(stderr: ChildStderr, last_words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::debug!(target: "speech::child", "{line}");
        let mut last_words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        if last_words.len() == LAST_WORDS {
            last_words.pop_front();
        }
        last_words.push_back(line.chars().take(300).collect());
    }
}
