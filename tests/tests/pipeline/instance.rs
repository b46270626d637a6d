//! `earwitness up` in a folder of its own: started, asked, stopped, killed, started again.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    processes::{self, Process},
    program::{PATIENCE, Running, Said, binary, wait_until},
};

/// `up` may take 60 s to finish what is in flight, and its servers a little more.
const STOP: Duration = Duration::from_secs(90);

static SHARED: Mutex<Weak<Instance>> = Mutex::new(Weak::new());

/// An instance in a temporary folder.
pub(crate) struct Instance {
    up: Option<Child>,
    folder: TempDir,
}

impl Instance {
    /// One for all tests that run at the same time and neither stop it nor count what it holds.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let instance = Arc::new(Self::start());
            *shared = Arc::downgrade(&instance);
            instance
        })
    }

    /// A new one, ready.
    pub(crate) fn start() -> Self {
        let mut instance = Self { up: None, folder: open_folder() };
        instance.start_again();
        instance
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where a test may put files of its own.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Starts `up` on the folder and waits until it says that it is ready.
    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        assert!(self.up.is_none(), "it runs already");
        let log = self.folder.path().join("up.log");
        let mut command = Command::new(binary());
        command.arg("up").arg("--data-dir").arg(self.data()).env_remove("EARWITNESS_CONFIG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap()).process_group(0);
        let mut up = command.spawn().unwrap();
        wait_until("up is ready", PATIENCE, || {
            let said = fs::read_to_string(&log).unwrap();
            if let Some(status) = up.try_wait().unwrap() {
                panic!("up ended with {status}: {said}");
            }
            said.lines().any(|line| line == "ready").then_some(())
        });
        self.up = Some(up);
    }

    /// What `up` and its servers are made of right now.
    pub(crate) fn processes(&self) -> Vec<Process> {
        self.up.as_ref().map(|up| processes::tree(i32::try_from(up.id()).unwrap())).unwrap_or_default()
    }

    /// Whether `up` still runs.
    pub(crate) fn is_up(&self) -> bool {
        !self.processes().is_empty()
    }

    /// What `up` has said since it was started last.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("up.log")).unwrap()
    }

    /// SIGTERM, which it must obey with exit code 0, leaving no process behind.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        let left = self.processes();
        let mut up = self.up.take().unwrap();
        kill(Pid::from_raw(i32::try_from(up.id()).unwrap()), Signal::SIGTERM).unwrap();
        let status = wait_until("up stops", STOP, || up.try_wait().unwrap());
        assert_eq!(status.code(), Some(0), "{}", self.log());
        wait_until("no process is left", PATIENCE, || left.iter().all(Process::is_gone).then_some(()));
    }

    /// kill -9 of everything at once: `up`, Postgres, the broker, the recognisers.
    pub(crate) fn kill_group(&mut self) {
        let all = self.processes();
        for process in &all {
            process.kill();
        }
        if let Some(mut up) = self.up.take() {
            up.wait().unwrap();
        }
        wait_until("all have gone", PATIENCE, || all.iter().all(Process::is_gone).then_some(()));
    }

    /// Starts a command against this instance.
    pub(crate) fn begin(&self, arguments: &[&str], sources: &[&Path], input: Vec<u8>) -> Running {
        let data = self.data();
        let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        all.extend(sources.iter().map(|source| source.as_os_str()));
        all.extend([OsStr::new("--data-dir"), data.as_os_str()]);
        Running::start(&all, input)
    }

    /// Runs a command against this instance to its end.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.begin(arguments, &[], Vec::new()).end(PATIENCE)
    }

    /// Sends sound into a room and waits until it is stored and screened.
    #[track_caller]
    pub(crate) fn ingest(&self, room: &str, more: &[&str], sources: &[&Path]) -> Said {
        let arguments = [&["ingest", "--wait", "--room", room], more].concat();
        self.begin(&arguments, sources, Vec::new()).end(PATIENCE)
    }

    /// `coverage ROOM --json`.
    #[track_caller]
    pub(crate) fn coverage(&self, room: &str) -> Value {
        self.run(&["coverage", room, "--json"]).expect(0).json()
    }

    /// `transcript ROOM --json`.
    #[track_caller]
    pub(crate) fn transcript(&self, room: &str) -> Vec<Value> {
        self.run(&["transcript", room, "--json"]).expect(0).json_lines()
    }

    /// `flags ROOM --json`.
    #[track_caller]
    pub(crate) fn flags(&self, room: &str) -> Value {
        self.run(&["flags", room, "--json"]).expect(0).json()
    }

    /// What `up` wrote down about itself: addresses, above all.
    pub(crate) fn announced(&self, name: &str) -> String {
        let text = fs::read_to_string(self.data().join("instance.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        value[name].as_str().unwrap().to_owned()
    }

    /// Rows of a query as the schema's owner; columns are parted by `|`.
    #[track_caller]
    pub(crate) fn rows(&self, query: &str) -> Vec<String> {
        let (code, out, err) = psql(&self.announced("migrate_url"), query);
        assert_eq!(code, Some(0), "{query}: {err}");
        out.lines().map(str::to_owned).collect()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("up said:\n{}", self.log());
        }
        self.kill_group();
    }
}

/// psql, from PATH or from where Debian keeps it.
pub(crate) fn psql(url: &str, query: &str) -> (Option<i32>, String, String) {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut programs: Vec<PathBuf> = debian.map(|version| version.path().join("bin/psql")).collect();
    programs.sort();
    let program = programs.pop().unwrap_or_else(|| "psql".into());
    let output = Command::new(program).args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", query, url]).output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Run as root, Postgres is another user and must pass through.
fn open_folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("earwitness-").tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
    folder
}
