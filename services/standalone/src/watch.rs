//! Watches a child: starts it again when it dies, gives up when it keeps dying, stops it when told.

use std::{
    collections::VecDeque,
    fmt,
    process::ExitStatus,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{process::Child, sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// So many deaths within [`TROUBLE`] are a fault that starting again does not mend.
const DEATHS_TO_GIVE_UP: usize = 5;
const TROUBLE: Duration = Duration::from_mins(1);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// An embedded server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// The database.
    Postgres,
    /// The Kafka broker.
    Broker,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "Postgres",
            Self::Broker => "the broker",
        })
    }
}

/// What happened to a server that nobody asked to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// It ended by itself; it is being started again.
    Died {
        /// Which.
        server: Server,
        /// Its exit status, as text.
        status: String,
    },
    /// It could not be started again; another try follows.
    StartFailed {
        /// Which.
        server: Server,
        /// Why, with causes.
        reason: String,
    },
    /// It runs again, with the same address.
    Restarted {
        /// Which.
        server: Server,
    },
    /// It died or failed to start five times within a minute, and stays down.
    GaveUp {
        /// Which.
        server: Server,
    },
}

/// How to start a server that must keep its address.
pub(crate) trait Launcher: Send + Sync + 'static {
    type Error: std::error::Error + Send + Sync + 'static;
    const SERVER: Server;
    /// The signals that stop it, each with the time it then gets.
    const STOP: &'static [(Signal, Duration)];

    /// Starts it and waits until it answers.
    fn launch(&self) -> impl Future<Output = Result<Running, Self::Error>> + Send;
}

/// A running child. Dropping it sends its first stop signal and does not wait.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pid: Pid,
    on_drop: Signal,
}

impl Running {
    /// Takes over a child that was just started. None when it was already waited for.
    pub(crate) fn new(child: Child, on_drop: Signal) -> Option<Self> {
        let pid = Pid::from_raw(i32::try_from(child.id()?).ok()?);
        Some(Self { child, pid, on_drop })
    }

    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    pub(crate) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Whether it has ended, without waiting.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Stops it by `steps`, the last resort being SIGKILL.
    pub(crate) async fn stop(mut self, steps: &[(Signal, Duration)]) {
        for &(signal, patience) in steps.iter().chain(&[(Signal::SIGKILL, Duration::from_secs(5))]) {
            if self.ended().is_some() {
                return;
            }
            // Not reaped yet, so the process id is still its own.
            let _ = kill(self.pid, signal);
            if tokio::time::timeout(patience, self.wait()).await.is_ok() {
                return;
            }
            tracing::warn!(process.pid = self.pid.as_raw(), signal = signal.as_str(), "a server did not stop in time");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended().is_none() {
            let _ = kill(self.pid, self.on_drop);
        }
    }
}

/// A server under watch. Dropping it tells the server to stop and does not wait.
#[derive(Debug)]
pub(crate) struct Watch {
    stop: CancellationToken,
    /// The one task that owns the child.
    task: JoinSet<()>,
}

impl Watch {
    /// Watches `running`. `events` that nobody takes are dropped, not waited for.
    pub(crate) fn begin<L: Launcher>(running: Running, launcher: L, events: mpsc::Sender<Watched>) -> Self {
        let stop = CancellationToken::new();
        let mut task = JoinSet::new();
        task.spawn(watch(running, launcher, events, stop.clone()));
        Self { stop, task }
    }

    /// Stops the server and waits until it is down.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if let Some(Err(error)) = self.task.join_next().await {
            tracing::error!(%error, "the task that watched a server failed");
        }
    }
}

async fn watch<L: Launcher>(mut running: Running, launcher: L, events: mpsc::Sender<Watched>, stop: CancellationToken) {
    let server = L::SERVER;
    let tell = |event: Watched| drop(events.try_send(event));
    let mut deaths = VecDeque::new();
    loop {
        let status = tokio::select! {
            biased;
            () = stop.cancelled() => return running.stop(L::STOP).await,
            status = running.wait() => status,
        };
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        tell(Watched::Died { server, status });
        running = loop {
            let Some(wait) = wait_after(&mut deaths, Instant::now()) else {
                return tell(Watched::GaveUp { server });
            };
            let outcome = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                outcome = async { tokio::time::sleep(wait).await; launcher.launch().await } => outcome,
            };
            match outcome {
                Ok(running) => break running,
                Err(error) => tell(Watched::StartFailed { server, reason: chain(&error) }),
            }
        };
        tell(Watched::Restarted { server });
    }
}

/// Counts a death at `now`: how long to wait before the next start, or none to give up.
fn wait_after(deaths: &mut VecDeque<Instant>, now: Instant) -> Option<Duration> {
    deaths.push_back(now);
    while deaths.front().is_some_and(|&first| now.duration_since(first) > TROUBLE) {
        deaths.pop_front();
    }
    let doublings = u32::try_from(deaths.len()).unwrap_or(u32::MAX).saturating_sub(1).min(10);
    (deaths.len() < DEATHS_TO_GIVE_UP).then(|| (FIRST_WAIT * 2_u32.pow(doublings)).min(LONGEST_WAIT))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
