//! The embedded Kafka broker: the program `earwitness-broker` on one file, as a child.

mod answer;

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use tokio::{process::Command, sync::mpsc};

use self::answer::speaks_kafka;
use crate::{
    DataFolder,
    instance::replace,
    log_file::LogFile,
    orphans,
    spawner::spawn,
    watch::{Launcher, Running, Server, Watch, Watched},
};

/// The version of the broker that `services/broker` builds, and that names its folder in the cache.
pub const BROKER_VERSION: &str = "0.8.1";

const PROGRAM: &str = "earwitness-broker";
const FILE: &str = "kafka.db";
const READY_TIMEOUT: Duration = Duration::from_mins(1);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const STOP: &[(Signal, Duration)] = &[(Signal::SIGTERM, Duration::from_secs(10))];
/// An earlier broker caches its groups: two on one file would disagree.
const END_EARLIER: &[(Signal, Duration)] =
    &[(Signal::SIGTERM, Duration::from_secs(10)), (Signal::SIGKILL, Duration::from_secs(5))];

/// The broker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// It was not built.
    #[error("the embedded broker is not built: run `cargo xtask build`, or name a broker with --kafka-brokers")]
    NotBuilt,
    /// The setting points elsewhere.
    #[error("there is no broker at {}", path.display())]
    NotThere {
        /// What was set.
        path: PathBuf,
    },
    /// A file or folder of the broker cannot be used.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No loopback port is free.
    #[error("cannot find a free port on 127.0.0.1")]
    NoPort {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The program cannot be started at all.
    #[error("cannot run {}", program.display())]
    Run {
        /// Which.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It started and ended.
    #[error("the broker ended ({status}); the last lines of {}:\n{last_lines}", log.display())]
    GaveUp {
        /// Its exit status.
        status: String,
        /// The whole log.
        log: PathBuf,
        /// Its end.
        last_lines: String,
    },
    /// It runs, but does not answer.
    #[error("the broker did not answer within {} s; the last lines of {}:\n{last_lines}", READY_TIMEOUT.as_secs(), log.display())]
    NotReady {
        /// The whole log.
        log: PathBuf,
        /// Its end.
        last_lines: String,
    },
    /// An earlier broker does not go away.
    #[error("an earlier broker still works in {}", folder.display())]
    StillRunning {
        /// The broker's folder.
        folder: PathBuf,
    },
}

/// Finds the broker's program: `chosen`, else beside the running program, else in the `cache` folder.
///
/// # Errors
/// [`BrokerError::NotThere`] when `chosen` is no file, [`BrokerError::NotBuilt`] when there is none.
pub fn find_broker(chosen: Option<&Path>, cache: Option<&Path>) -> Result<PathBuf, BrokerError> {
    if let Some(path) = chosen {
        return if path.is_file() { Ok(path.to_owned()) } else { Err(BrokerError::NotThere { path: path.to_owned() }) };
    }
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name(PROGRAM));
    let cached = cache.map(|cache| cache.join("broker").join(BROKER_VERSION).join(PROGRAM));
    beside.into_iter().chain(cached).find(|path| path.is_file()).ok_or(BrokerError::NotBuilt)
}

/// The running broker. Dropping it begins a stop without waiting for it; see [`Broker::stop`].
#[derive(Debug)]
pub struct Broker {
    address: SocketAddr,
    watch: Watch,
}

impl Broker {
    /// Starts `program` on its file in `folder`, and waits until it answers as a Kafka broker.
    ///
    /// It gets the port that it had last time, where that is free, so that clients find it again. Its deaths go to
    /// `events`; it is started again on the same port.
    ///
    /// # Errors
    /// [`BrokerError`]: its text says what to do, and quotes the log where the broker itself failed.
    pub async fn start(
        folder: &DataFolder,
        program: &Path,
        events: mpsc::Sender<Watched>,
    ) -> Result<Self, BrokerError> {
        let folder = folder.path().join("broker");
        let failed = |source| BrokerError::File { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        free(&folder).await?;
        let program = fs::canonicalize(program).map_err(|_| BrokerError::NotThere { path: program.to_owned() })?;
        let address = free_address(&folder)?;
        let log = LogFile::new(folder.join("broker.log"));
        let launcher = BrokerLauncher { program, folder, address, log };
        let running = launcher.launch().await?;
        Ok(Self { address, watch: Watch::begin(running, launcher, events) })
    }

    /// Its `host:port`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it and waits until it is down.
    pub async fn stop(self) {
        self.watch.stop().await;
    }
}

#[derive(Debug)]
struct BrokerLauncher {
    program: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
    log: LogFile,
}

impl Launcher for BrokerLauncher {
    type Error = BrokerError;
    const SERVER: Server = Server::Broker;
    const STOP: &'static [(Signal, Duration)] = STOP;

    async fn launch(&self) -> Result<Running, BrokerError> {
        free(&self.folder).await?;
        let unusable = |source| BrokerError::File { path: self.log.path.clone(), source };
        let log = self.log.open().map_err(unusable)?;
        let mut command = Command::new(&self.program);
        // The file's path is how a later start recognises it.
        command.current_dir("/").arg(self.address.port().to_string()).arg(self.folder.join(FILE));
        command.stdout(log.try_clone().map_err(unusable)?).stderr(log);
        let failed = |source| BrokerError::Run { program: self.program.clone(), source };
        let child = spawn(command, Signal::SIGTERM).await.map_err(failed)?;
        let running = Running::new(child, Signal::SIGTERM).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        self.ready(running).await
    }
}

impl BrokerLauncher {
    async fn ready(&self, mut running: Running) -> Result<Running, BrokerError> {
        let began = Instant::now();
        while began.elapsed() < READY_TIMEOUT {
            let asked = tokio::time::timeout(ANSWER_TIMEOUT, speaks_kafka(self.address)).await;
            // Looked at after the answer: had ours ended, somebody else on the port would have given it.
            if let Some(status) = running.ended() {
                let (log, last_lines) = (self.log.path.clone(), self.log.last_lines());
                return Err(BrokerError::GaveUp { status: status.to_string(), log, last_lines });
            }
            if matches!(asked, Ok(Ok(()))) {
                return Ok(running);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(BrokerError::NotReady { log: self.log.path.clone(), last_lines: self.log.last_lines() })
    }
}

/// Waits until no earlier broker works in `folder`.
async fn free(folder: &Path) -> Result<(), BrokerError> {
    if orphans::end(PROGRAM, &folder.join(FILE).to_string_lossy(), END_EARLIER).await {
        Ok(())
    } else {
        Err(BrokerError::StillRunning { folder: folder.to_owned() })
    }
}

/// A free loopback port, that of last time if it can be had, and remembered for next time.
fn free_address(folder: &Path) -> Result<SocketAddr, BrokerError> {
    let path = folder.join("port");
    let last = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| listener.local_addr());
    let address = match last.map(bind) {
        Some(Ok(address)) => address,
        Some(Err(_)) | None => bind(0).map_err(|source| BrokerError::NoPort { source })?,
    };
    replace(&path, address.port().to_string().as_bytes()).map_err(|source| BrokerError::File { path, source })?;
    Ok(address)
}

#[cfg(test)]
mod tests {
    use std::{fs, net::TcpListener};

    use super::{BROKER_VERSION, BrokerError, find_broker, free_address};

    #[test]
    fn the_port_of_last_time_is_kept_while_it_is_free() {
        let temporary = tempfile::tempdir().unwrap();
        let first = free_address(temporary.path()).unwrap();
        assert_eq!(free_address(temporary.path()).unwrap(), first);
        let taken = TcpListener::bind(first).unwrap();
        assert_ne!(free_address(temporary.path()).unwrap(), first);
        drop(taken);
    }

    #[test]
    fn the_program_is_found_in_the_cache_by_version() {
        let temporary = tempfile::tempdir().unwrap();
        let cache = Some(temporary.path());
        assert!(matches!(find_broker(None, cache), Err(BrokerError::NotBuilt)));
        let path = temporary.path().join(format!("broker/{BROKER_VERSION}/earwitness-broker"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        assert_eq!(find_broker(None, cache).unwrap(), path);
        let missing = temporary.path().join("missing");
        assert!(matches!(find_broker(Some(&missing), cache), Err(BrokerError::NotThere { .. })));
    }
}
