//! The cluster's files: made once and whole, and freed of what a killed server left.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, chown},
    path::{Path, PathBuf},
    time::Duration,
};

use nix::{sys::signal::Signal, unistd::geteuid};
use tokio::process::Command;

use super::{PostgresError, binaries::Binaries};
use crate::{account::Account, instance::replace, log_file::LogFile, orphans, spawner::spawn};

/// The longest path that fits the kernel's 108 bytes for a socket, with Postgres' own file name after it.
const LONGEST_SOCKET_FOLDER: usize = 100 - ".s.PGSQL.5432.lock".len();

/// As a running server is stopped: its parent's death told it to stop already.
const END_EARLIER: &[(Signal, Duration)] = &[
    (Signal::SIGINT, Duration::from_secs(30)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// Where the cluster lives.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// Our folder inside the data folder.
    pub(crate) home: PathBuf,
    /// Postgres' own.
    pub(crate) data: PathBuf,
    /// Holds the socket; only the account may enter.
    pub(crate) socket: PathBuf,
    pub(crate) log: LogFile,
    /// Postgres puts it into the title of each of its processes.
    pub(crate) name: String,
    /// None: as ourselves.
    pub(crate) account: Option<Account>,
}

impl Cluster {
    /// Makes the folders, but no cluster yet.
    pub(crate) fn prepare(data_folder: &Path) -> Result<Self, PostgresError> {
        let home = data_folder.join("postgres");
        let data = home.join("data");
        let account = Account::choose(&data)?;
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| PostgresError::File { path, source }
        };
        own_folder(&home, account.as_ref()).map_err(failed(&home))?;
        if let Some(account) = &account {
            account.check_can_enter(&home)?;
        }
        let socket = socket_folder(&home);
        own_folder(&socket, account.as_ref()).map_err(failed(&socket))?;
        let log = LogFile::new(home.join("postgres.log"));
        let name = orphans::fingerprint(&home);
        Ok(Self { home, data, socket, log, name, account })
    }

    /// The version of the cluster that is there, if one is.
    pub(crate) fn version(&self) -> Option<String> {
        Some(fs::read_to_string(self.data.join("PG_VERSION")).ok()?.trim().to_owned())
    }

    /// Makes the cluster, whole or not at all: an interrupted attempt leaves another name behind.
    pub(crate) async fn create(&self, binaries: &Binaries) -> Result<(), PostgresError> {
        let beside = self.home.join("data.new");
        let failed = |source| PostgresError::File { path: beside.clone(), source };
        match fs::remove_dir_all(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        let mut command = self.command(&binaries.initdb());
        command.arg("--pgdata").arg(&beside).args([
            "--username=postgres",
            // The socket's folder is the access control.
            "--auth=trust",
            "--data-checksums",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]);
        self.log_to_file(&mut command)?;
        let start_failed = |source| PostgresError::Run { program: binaries.initdb(), source };
        let mut initdb = spawn(command, Signal::SIGKILL).await.map_err(start_failed)?;
        let status = initdb.wait().await.map_err(start_failed)?;
        if !status.success() {
            return Err(self.gave_up("initdb", status.to_string()));
        }
        fs::rename(&beside, &self.data).map_err(|source| PostgresError::File { path: self.data.clone(), source })
    }

    /// A command that runs as the account.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    pub(crate) fn log_to_file(&self, command: &mut Command) -> Result<(), PostgresError> {
        let failed = |source| PostgresError::File { path: self.log.path.clone(), source };
        let log = self.log.open().map_err(failed)?;
        command.stdout(log.try_clone().map_err(failed)?).stderr(log);
        Ok(())
    }

    /// Waits until no process of an earlier server works here, and takes its lock files out of the way.
    pub(crate) async fn free(&self) -> Result<(), PostgresError> {
        if !orphans::end("postgres", &self.name, END_EARLIER).await {
            return Err(PostgresError::StillRunning { folder: self.data.clone() });
        }
        self.make_stale(&self.pid_file())?;
        self.make_stale(&self.socket.join(".s.PGSQL.5432.lock"))
    }

    /// Postgres refuses to start while the process id in a lock file belongs to a living process, whoever that is by
    /// now, or to a dead one that nobody waits for. With our own id in its place, as the new server's parent, it takes
    /// the file for stale. The rest must stay: by it Postgres finds the shared memory of backends that may still write.
    fn make_stale(&self, lock: &Path) -> Result<(), PostgresError> {
        let failed = |source| PostgresError::File { path: lock.to_owned(), source };
        let text = match fs::read_to_string(lock) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
        replace(lock, format!("{}\n{rest}", std::process::id()).as_bytes()).map_err(failed)?;
        own(lock, self.account.as_ref()).map_err(failed)
    }

    pub(crate) fn pid_file(&self) -> PathBuf {
        self.data.join("postmaster.pid")
    }

    pub(crate) fn gave_up(&self, program: &'static str, status: String) -> PostgresError {
        PostgresError::GaveUp { program, status, log: self.log.path.clone(), last_lines: self.log.last_lines() }
    }
}

/// The folder for the socket: inside `home`, or a short one in `/tmp` that the same `home` always finds again.
fn socket_folder(home: &Path) -> PathBuf {
    let inside = home.join("socket");
    // psql takes a comma for the end of one host and the start of another.
    let has_comma = inside.as_os_str().as_encoded_bytes().contains(&b',');
    if inside.as_os_str().len() <= LONGEST_SOCKET_FOLDER && !has_comma {
        return inside;
    }
    Path::new("/tmp").join(format!("{}-{}", orphans::fingerprint(home), geteuid()))
}

/// Makes `path` a folder that its owner, the account, may enter and nobody else.
fn own_folder(path: &Path, account: Option<&Account>) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => return own(path, account),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    // Somebody else could have made it, in /tmp: then they could read along.
    let found = fs::symlink_metadata(path)?;
    let ours = account.map_or(geteuid().as_raw(), |account| account.uid);
    if !found.is_dir() || (found.uid() != ours && found.uid() != geteuid().as_raw()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not a folder of ours"));
    }
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    own(path, account)
}

fn own(path: &Path, account: Option<&Account>) -> io::Result<()> {
    account.map_or(Ok(()), |account| chown(path, Some(account.uid), Some(account.gid)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{LONGEST_SOCKET_FOLDER, socket_folder};

    #[test]
    fn a_path_that_no_address_can_hold_gets_a_socket_folder_of_its_own() {
        assert_eq!(socket_folder(Path::new("/data/postgres")), Path::new("/data/postgres/socket"));
        let long = |name| Path::new("/").join("x".repeat(90)).join(name).join("postgres");
        let (one, other) = (socket_folder(&long("one")), socket_folder(&long("other")));
        assert!(one.starts_with("/tmp") && one.as_os_str().len() < LONGEST_SOCKET_FOLDER, "{}", one.display());
        assert_ne!(one, other);
        assert_eq!(one, socket_folder(&long("one")));
        assert!(socket_folder(Path::new("/a, b/postgres")).starts_with("/tmp"));
    }
}
