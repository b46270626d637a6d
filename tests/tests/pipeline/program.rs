//! The binary under test: where it is, and how a command is run to its end or to its deadline.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long a command may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// `EARWITNESS_BIN`, or the release binary of this checkout.
pub(crate) fn binary() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "which binary is tested is the environment's to say")]
    let named = std::env::var_os("EARWITNESS_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("target/release/earwitness"));
    assert!(path.is_file(), "{} is not built: run `cargo xtask build`", path.display());
    path
}

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Asks again until `condition` gives something, which it must before `limit` is over.
#[track_caller]
pub(crate) fn wait_until<T>(what: &str, limit: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        pass(Duration::from_millis(20));
    }
}

/// Lets time go by.
pub(crate) fn pass(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "processes are polled, and killed at moments of their own")]
    std::thread::sleep(time);
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    /// None where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The same, if it ended with this exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Its output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.out))
    }

    /// Its output as JSON Lines.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A command under way. Killed when dropped.
pub(crate) struct Running {
    child: Child,
    out: Option<JoinHandle<Vec<u8>>>,
    err: Option<JoinHandle<Vec<u8>>>,
    line: String,
}

impl Running {
    /// Starts the binary with `arguments`; `input` is what it reads.
    pub(crate) fn start(arguments: &[&OsStr], input: Vec<u8>) -> Self {
        let mut command = Command::new(binary());
        command.args(arguments).env_remove("EARWITNESS_DATA_DIR").env_remove("EARWITNESS_CONFIG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let line = format!("{command:?}");
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A command that reads nothing closes the pipe: that is its right.
        std::thread::spawn(move || pipe.write_all(&input));
        let (out, err) = (collect(child.stdout.take()), collect(child.stderr.take()));
        Self { child, out: Some(out), err: Some(err), line }
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self, limit: Duration) -> Said {
        let line = self.line.clone();
        let status = wait_until(&line, limit, || self.child.try_wait().unwrap());
        let text = |handle: Option<JoinHandle<Vec<u8>>>| {
            String::from_utf8_lossy(&handle.unwrap().join().unwrap()).into_owned()
        };
        Said { code: status.code(), out: text(self.out.take()), err: text(self.err.take()) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    let mut pipe = pipe.unwrap();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// Runs the binary without an instance.
#[track_caller]
pub(crate) fn run(arguments: &[&str]) -> Said {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    Running::start(&arguments, Vec::new()).end(PATIENCE)
}
