//! A place to run servers in, and the ways to look at them from outside.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use standalone::{Broker, DataFolder, Postgres, PostgresSettings, Watched, cache_folder, find_broker};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A new folder, named as users name theirs, which another account may pass through.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o711)).unwrap();
    let path = temporary.path().join("my données 100%");
    (temporary, path)
}

pub(crate) fn settings() -> PostgresSettings {
    PostgresSettings { binaries: None, search_path: variable("PATH").unwrap_or_default() }
}

pub(crate) fn broker_program() -> PathBuf {
    find_broker(None, cache_folder(variable).as_deref()).expect("the embedded broker: run `cargo xtask build`")
}

#[expect(clippy::disallowed_methods, reason = "a test is its own program: nobody hands it settings")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// Events that nobody looks at.
pub(crate) fn unheard() -> mpsc::Sender<Watched> {
    mpsc::channel(1).0
}

pub(crate) async fn postgres(folder: &DataFolder, events: mpsc::Sender<Watched>) -> Postgres {
    Postgres::start(folder, &settings(), events).await.unwrap()
}

pub(crate) async fn broker(folder: &DataFolder, events: mpsc::Sender<Watched>) -> Broker {
    Broker::start(folder, &broker_program(), events).await.unwrap()
}

/// What psql prints for `statement`.
#[track_caller]
pub(crate) fn psql(url: &str, statement: &str) -> String {
    let output = Command::new("psql").args([url, "-v", "ON_ERROR_STOP=1", "-qAtX", "-c", statement]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The process that Postgres says is its first.
pub(crate) fn postmaster(folder: &Path) -> i32 {
    let text = fs::read_to_string(folder.join("postgres/data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}

/// The process that serves `folder`'s queue.
pub(crate) fn broker_process(folder: &Path) -> Option<i32> {
    let file = folder.join("broker/kafka.db").to_str().unwrap().to_owned();
    fs::read_dir("/proc").unwrap().find_map(|entry| {
        let path = entry.ok()?.path();
        let pid = path.file_name()?.to_str()?.parse().ok()?;
        let is_broker = fs::read_to_string(path.join("comm")).ok()?.starts_with("earwitness-brok");
        let arguments = fs::read(path.join("cmdline")).ok()?;
        (is_broker && String::from_utf8_lossy(&arguments).contains(&file)).then_some(pid)
    })
}

pub(crate) fn kill_9(pid: i32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}

pub(crate) fn is_alive(pid: i32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A process that nobody waited for has ended all the same.
    state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

/// The next event, which must come.
pub(crate) async fn next(events: &mut mpsc::Receiver<Watched>) -> Watched {
    tokio::time::timeout(PATIENCE, events.recv()).await.unwrap().unwrap()
}
