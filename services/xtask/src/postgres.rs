//! An installed Postgres, and a short-lived cluster of it for what is generated from the schema.
//!
//! The product's own launcher is in `standalone`; this crate depends on none of ours, and needs no watch and no restart.

use std::{
    env, fs,
    os::unix::{
        fs::{DirBuilderExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::program::{output_of, run};

/// Where Debian and its kin install each major version; they put none of it in the PATH.
const DEBIAN: &str = "/usr/lib/postgresql";
const OLDEST: u32 = 15;
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// The folder with initdb, postgres and psql of version 15 or newer: the first on the PATH, else the newest of Debian's.
pub(crate) fn programs() -> Option<PathBuf> {
    let paths = env::var_os("PATH").unwrap_or_default();
    // A link in the PATH does for the binary, not for the files that it looks for beside itself.
    let on_path = env::split_paths(&paths)
        .filter_map(|folder| Some(fs::canonicalize(folder.join("postgres")).ok()?.parent()?.to_owned()));
    on_path.chain(versions(Path::new(DEBIAN))).find(|folder| is_usable(folder))
}

/// The `bin` folders of all versions below `root`, newest first.
fn versions(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn is_usable(folder: &Path) -> bool {
    let version = || output_of(Command::new(folder.join("postgres")).arg("--version")).ok().as_deref().and_then(major);
    ["initdb", "psql"].iter().all(|name| folder.join(name).is_file()) && version().is_some_and(|major| major >= OLDEST)
}

/// 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    number.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

/// A cluster in a temporary folder, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    home: PathBuf,
    server: Option<Child>,
}

impl Cluster {
    /// Makes and starts one; as root its server runs as the user `postgres` or `nobody`.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let programs = programs().context("no PostgreSQL 15 or newer is installed: run `cargo xtask setup`")?;
        let home = env::temp_dir().join(format!("earwitness-generate-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&home).with_context(|| format!("cannot make {}", home.display()))?;
        let mut cluster = Self { programs, home, server: None };
        let account = account()?;
        if let Some((user, group)) = account {
            chown(&cluster.home, Some(user), Some(group)).context("cannot hand the folder to the database's user")?;
        }
        let data = cluster.home.join("data");
        let mut initdb = cluster.command("initdb", account);
        initdb.arg("--pgdata").arg(&data).stdout(Stdio::null());
        run(initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]))?;
        let mut server = cluster.command("postgres", account);
        server.arg("-D").arg(&data).arg("-k").arg(&cluster.home).args(["-c", "listen_addresses=", "-c", "fsync=off"]);
        server.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        cluster.server = Some(server.spawn().context("cannot start postgres")?);
        cluster.wait(&data)?;
        Ok(cluster)
    }

    fn command(&self, program: &str, account: Option<(u32, u32)>) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir("/").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        if let Some((user, group)) = account {
            command.uid(user).gid(group);
        }
        command
    }

    fn wait(&mut self, data: &Path) -> anyhow::Result<()> {
        let began = Instant::now();
        let (_never, quiet) = mpsc::channel::<()>();
        loop {
            // Line 8 of its lock file says `ready`.
            let lock = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if lock.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return Ok(());
            }
            let ended = self.server.as_mut().map(Child::try_wait).transpose()?.flatten();
            if let Some(status) = ended {
                bail!("postgres ended while it started ({status})");
            }
            if began.elapsed() > READY_TIMEOUT {
                bail!("postgres was not ready after {} s", READY_TIMEOUT.as_secs());
            }
            let _ = quiet.recv_timeout(Duration::from_millis(20));
        }
    }

    /// Runs SQL on the database of that name, from `-c` or `-f` in `arguments`.
    pub(crate) fn psql(&self, database: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let mut command = self.command("psql", None);
        command.arg("--host").arg(&self.home).args(["--username=postgres", "--no-psqlrc", "--quiet"]);
        command.stdout(Stdio::null());
        run(command.args(["--set=ON_ERROR_STOP=1", "--single-transaction", "--dbname", database]).args(arguments))
    }

    /// The address of a database for clients that take URLs.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.home.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let pid = i32::try_from(server.id()).ok().and_then(rustix::process::Pid::from_raw);
            // SIGINT: a fast shutdown, sessions are cut.
            let told = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::INT));
            if !matches!(told, Some(Ok(()))) {
                drop(server.kill());
            }
            drop(server.wait());
        }
        if let Err(error) = fs::remove_dir_all(&self.home) {
            eprintln!("cannot remove {}: {error}", self.home.display());
        }
    }
}

/// User and group for Postgres, which refuses to run as root; none when we are not root.
fn account() -> anyhow::Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| ids_of(&users, name));
    Ok(Some(found.context("there is no user postgres or nobody to run the database as")?))
}

fn ids_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let fields: Vec<&str> = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|f| f[0] == name)?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Cluster, ids_of, major, versions};

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "16", "notes"] {
            fs::create_dir(folder.path().join(version)).unwrap();
        }
        let expected: Vec<_> = ["16/bin", "15/bin", "9/bin"].map(|path| folder.path().join(path)).into();
        assert_eq!(versions(folder.path()), expected);
    }

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn users_are_found_by_name() {
        let users = "root:x:0:0:root:/:/bin/sh\npostgres:x:104:111::/:/bin/sh\n";
        assert_eq!(ids_of(users, "postgres"), Some((104, 111)));
        assert_eq!(ids_of(users, "nobody"), None);
    }

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let cluster = Cluster::start().unwrap();
        cluster.psql("postgres", &["-c", "select 1"]).unwrap();
        assert!(cluster.psql("postgres", &["-c", "select nothing from nowhere"]).is_err());
        let home = cluster.home.clone();
        drop(cluster);
        assert!(!home.exists());
    }
}
