//! A private Postgres cluster in the data folder, run from an installed Postgres.
//!
//! It listens on no port: its socket lies in a folder that only its account may enter, which is why it trusts whoever
//! comes. As root it runs as an unprivileged account, since Postgres refuses root.

mod binaries;
mod cluster;

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::mpsc;

use self::{binaries::Binaries, cluster::Cluster};
use crate::{
    AccountError, DataFolder,
    spawner::spawn,
    watch::{Launcher, Running, Server, Watch, Watched},
};

/// Recovery after a crash replays the log first: minutes at worst.
const READY_TIMEOUT: Duration = Duration::from_mins(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// What Postgres says while a process of a killed server is still on its way out, and no longer to be found by its name.
const STILL_ATTACHED: &str = "pre-existing shared memory block";
const DETACH_TIMEOUT: Duration = Duration::from_secs(30);
/// Names the socket file; no port is opened.
const PORT: u16 = 5432;
const MAX_CONNECTIONS: u16 = 100;
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// The cluster could not be started.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// None was found.
    #[error("Postgres is not installed: run `apt-get install postgresql`, or name a server with --database-url")]
    NotInstalled,
    /// The setting points elsewhere.
    #[error("there is no Postgres (initdb, postgres) in {}", folder.display())]
    NotThere {
        /// The folder that was set.
        folder: PathBuf,
    },
    /// A cluster is run by the version that made it.
    #[error("the data folder's cluster is of Postgres {cluster}, but only {found} is installed")]
    OtherVersion {
        /// The cluster's major version.
        cluster: String,
        /// The installed ones.
        found: String,
    },
    /// No account can run it here.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A file or folder of the cluster cannot be used.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
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
    #[error("{program} ended ({status}); the last lines of {}:\n{last_lines}", log.display())]
    GaveUp {
        /// `initdb` or `postgres`.
        program: &'static str,
        /// Its exit status.
        status: String,
        /// The whole log.
        log: PathBuf,
        /// Its end.
        last_lines: String,
    },
    /// It runs, but does not accept connections.
    #[error("postgres was not ready within {} s; the last lines of {}:\n{last_lines}", READY_TIMEOUT.as_secs(), log.display())]
    NotReady {
        /// The whole log.
        log: PathBuf,
        /// Its end.
        last_lines: String,
    },
    /// An earlier server does not go away.
    #[error("processes of an earlier Postgres still work in {}", folder.display())]
    StillRunning {
        /// The cluster's folder.
        folder: PathBuf,
    },
}

/// Where to look for an installed Postgres.
#[derive(Clone, Debug, Default)]
pub struct PostgresSettings {
    /// The folder of `initdb` and `postgres`; none looks on `search_path`, then where Debian installs them.
    pub binaries: Option<PathBuf>,
    /// The value of `PATH`.
    pub search_path: OsString,
}

/// The running cluster. Dropping it begins a clean stop without waiting for it; see [`Postgres::stop`].
#[derive(Debug)]
pub struct Postgres {
    socket: PathBuf,
    watch: Watch,
}

impl Postgres {
    /// Starts the cluster in `folder`, making it when there is none, and waits until it accepts connections.
    ///
    /// Its deaths go to `events`; it is started again with the same address.
    ///
    /// # Errors
    /// [`PostgresError`]: its text says what to do, and quotes the log where Postgres itself failed.
    pub async fn start(
        folder: &DataFolder,
        settings: &PostgresSettings,
        events: mpsc::Sender<Watched>,
    ) -> Result<Self, PostgresError> {
        let cluster = Cluster::prepare(folder.path())?;
        let version = cluster.version();
        let chosen = settings.binaries.as_deref();
        let binaries = Binaries::find(chosen, &settings.search_path, version.as_deref()).await?;
        if let Some(account) = &cluster.account {
            account.check_can_enter(&binaries.folder)?;
        }
        if version.is_none() {
            cluster.create(&binaries).await?;
        }
        let socket = cluster.socket.clone();
        let launcher = PostgresLauncher { cluster, binaries };
        let running = launcher.launch().await?;
        Ok(Self { socket, watch: Watch::begin(running, launcher, events) })
    }

    /// The address of `database` for `role`, for sqlx and psql alike. The superuser is `postgres`; there is no password.
    pub fn url(&self, database: &str, role: &str) -> String {
        let encoded = |text| utf8_percent_encode(text, IN_ADDRESS);
        // The data folder is Unicode, and so is every folder in it.
        let host = self.socket.to_string_lossy();
        format!("postgresql:///{}?host={}&port={PORT}&user={}", encoded(database), encoded(&host), encoded(role))
    }

    /// The address of the database `postgres` for the superuser, from which roles and databases are made.
    pub fn superuser_url(&self) -> String {
        self.url("postgres", "postgres")
    }

    /// Stops the cluster in order: open transactions are rolled back, everything committed is on disk.
    pub async fn stop(self) {
        self.watch.stop().await;
        // It may lie in /tmp, where nothing should be left. The next start makes it again.
        if let Err(error) = fs::remove_dir(&self.socket) {
            tracing::debug!(%error, "the socket's folder was not removed");
        }
    }
}

#[derive(Debug)]
struct PostgresLauncher {
    cluster: Cluster,
    binaries: Binaries,
}

impl Launcher for PostgresLauncher {
    type Error = PostgresError;
    const SERVER: Server = Server::Postgres;
    /// Fast shutdown, then immediate: recovery at the next start makes up for it.
    const STOP: &'static [(Signal, Duration)] =
        &[(Signal::SIGINT, Duration::from_secs(30)), (Signal::SIGQUIT, Duration::from_secs(10))];

    async fn launch(&self) -> Result<Running, PostgresError> {
        let began = Instant::now();
        loop {
            match self.launch_once().await {
                Err(PostgresError::GaveUp { last_lines, .. })
                    if last_lines.contains(STILL_ATTACHED) && began.elapsed() < DETACH_TIMEOUT =>
                {
                    tokio::time::sleep(10 * LOOK_AGAIN).await;
                }
                launched => return launched,
            }
        }
    }
}

impl PostgresLauncher {
    async fn launch_once(&self) -> Result<Running, PostgresError> {
        let Self { cluster, binaries } = self;
        cluster.free().await?;
        let mut command = cluster.command(&binaries.postgres());
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        set("listen_addresses", "");
        // A list of quoted names: the path may hold blanks and commas.
        let socket = cluster.socket.to_string_lossy().replace('"', "\"\"");
        set("unix_socket_directories", &format!("\"{socket}\""));
        set("port", &PORT.to_string());
        set("max_connections", &MAX_CONNECTIONS.to_string());
        set("cluster_name", &cluster.name);
        command.arg("-D").arg(&cluster.data);
        cluster.log_to_file(&mut command)?;
        let failed = |source| PostgresError::Run { program: binaries.postgres(), source };
        let child = spawn(command, Signal::SIGINT).await.map_err(failed)?;
        let running = Running::new(child, Signal::SIGINT).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        self.ready(running).await
    }

    async fn ready(&self, mut running: Running) -> Result<Running, PostgresError> {
        let pid = running.pid().to_string();
        let began = Instant::now();
        while began.elapsed() < READY_TIMEOUT {
            if let Some(status) = running.ended() {
                return Err(self.cluster.gave_up("postgres", status.to_string()));
            }
            if is_ready(&self.cluster.pid_file(), &pid) {
                return Ok(running);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let log = &self.cluster.log;
        Err(PostgresError::NotReady { log: log.path.clone(), last_lines: log.last_lines() })
    }
}

/// Postgres writes its state into the eighth line of `postmaster.pid`, for `pg_ctl` to wait on.
fn is_ready(pid_file: &Path, pid: &str) -> bool {
    let Ok(text) = fs::read_to_string(pid_file) else { return false };
    let mut lines = text.lines();
    lines.next() == Some(pid) && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}
