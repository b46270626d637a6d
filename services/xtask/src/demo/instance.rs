//! `earwitness up` as a child, and the commands that talk to it.
//!
//! Children have process groups of their own: Ctrl-C reaches us alone, and we end them in order, however we end ourselves.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::interrupted;
use crate::{
    place::Place,
    program::{output_of, told_command},
};

/// It creates a cluster, topics and a schema the first time.
const READY_TIMEOUT: Duration = Duration::from_mins(3);
/// It finishes what is in flight for a minute at most, then stops its servers.
const STOP_TIMEOUT: Duration = Duration::from_mins(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LAST_LINES: usize = 20;

/// Ctrl-C and its kin, from now on: they are told here instead of ending us.
pub(super) struct Interrupts(Receiver<()>);

impl Interrupts {
    pub(super) fn watch() -> anyhow::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot watch for Ctrl-C")?;
        let (sender, receiver) = sync_channel(16);
        thread::spawn(move || {
            for _ in signals.forever() {
                // Full: enough of them wait to be seen.
                let _ = sender.try_send(());
            }
        });
        Ok(Self(receiver))
    }

    /// Waits a moment; true if the user wants everything to end.
    fn come(&self) -> bool {
        self.0.recv_timeout(LOOK_AGAIN).is_ok()
    }
}

/// A running instance; dropping it stops it.
pub(super) struct Instance<'a> {
    binary: PathBuf,
    data: PathBuf,
    cache: PathBuf,
    log: PathBuf,
    child: Child,
    interrupts: &'a Interrupts,
}

impl<'a> Instance<'a> {
    /// Starts one in `data` and waits until all commands work.
    pub(super) fn start(place: &Place, data: &Path, interrupts: &'a Interrupts) -> anyhow::Result<Self> {
        let log = data.join("up.log");
        let mut command = Command::new(place.binary());
        command.args(["up", "--data-dir"]).arg(data).env("EARWITNESS_CACHE_DIR", &place.cache);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot run {}", told_command(&command)))?;
        let errors = child.stderr.take().context("it has no standard error")?;
        let (binary, cache) = (place.binary(), place.cache.clone());
        // From here on, whatever fails stops it.
        let mut instance = Self { binary, data: data.to_owned(), cache, log, child, interrupts };
        let log = File::options().append(true).create(true).open(&instance.log).context("cannot write the log")?;
        let (sender, ready) = sync_channel(1);
        thread::spawn(move || read_log(errors, log, &sender));
        instance.wait_for(&ready)?;
        Ok(instance)
    }

    fn wait_for(&mut self, ready: &Receiver<()>) -> anyhow::Result<()> {
        let began = Instant::now();
        while ready.try_recv().is_err() {
            if self.interrupts.come() {
                return interrupted();
            }
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "`earwitness up` ended ({status}); the last lines of {}:\n{}",
                    self.log.display(),
                    self.last_lines()
                );
            }
            if began.elapsed() > READY_TIMEOUT {
                let waited = READY_TIMEOUT.as_secs();
                bail!(
                    "`earwitness up` was not ready after {waited} s; the last lines of {}:\n{}",
                    self.log.display(),
                    self.last_lines()
                );
            }
        }
        Ok(())
    }

    fn command(&self, name: &str, arguments: &[&OsStr]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg(name).args(arguments).arg("--data-dir").arg(&self.data).env("EARWITNESS_CACHE_DIR", &self.cache);
        command.stdin(Stdio::null()).process_group(0);
        command
    }

    /// Runs a command on it to its end, its output being ours.
    pub(super) fn run(&mut self, name: &str, arguments: &[&OsStr]) -> anyhow::Result<()> {
        let mut command = self.command(name, arguments);
        let mut child = command.spawn().with_context(|| format!("cannot run {}", told_command(&command)))?;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if self.interrupts.come() {
                signal(&child, Signal::TERM);
                child.wait()?;
                return interrupted();
            }
        };
        if !status.success() {
            bail!("{} failed ({status}); the log is {}", told_command(&command), self.log.display());
        }
        Ok(())
    }

    /// What a command on it prints.
    pub(super) fn read(&self, name: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        output_of(&mut self.command(name, &arguments))
    }

    /// Stops it as Ctrl-C would.
    ///
    /// # Errors
    /// When it does not end in order.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        match self.end()? {
            Some(status) if status.success() => Ok(()),
            Some(status) => {
                bail!("`earwitness up` ended badly ({status}); the last lines of its log:\n{}", self.last_lines())
            }
            None => bail!("`earwitness up` did not end within {} s of SIGTERM and was killed", STOP_TIMEOUT.as_secs()),
        }
    }

    /// None when it had to be killed.
    fn end(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        signal(&self.child, Signal::TERM);
        let began = Instant::now();
        while began.elapsed() < STOP_TIMEOUT {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if self.interrupts.come() {
                // The second time it does not wait for what is in flight.
                signal(&self.child, Signal::TERM);
            }
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(None)
    }

    /// Stays until the user ends it, or it ends.
    pub(super) fn wait_for_end(&mut self) -> anyhow::Result<()> {
        while !self.interrupts.come() {
            if let Some(status) = self.child.try_wait()? {
                bail!("`earwitness up` ended ({status}); the last lines of its log:\n{}", self.last_lines());
            }
        }
        self.end()?;
        Ok(())
    }

    pub(super) fn commands_to_try(&self, room: &str) -> String {
        let (binary, data) = (self.binary.display(), self.data.display());
        format!(
            "\nEverything is up until Ctrl-C. In another terminal:\n\
             \x20 export EARWITNESS_DATA_DIR={data}\n\
             \x20 {binary} rooms show {room} --svg room.svg\n\
             \x20 {binary} transcript {room}\n\
             \x20 {binary} flags {room} --json\n\
             \x20 {binary} ingest FILE --room my-room --wait\n"
        )
    }

    fn last_lines(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }
}

impl Drop for Instance<'_> {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) && self.end().is_err() {
            drop(self.child.kill());
        }
    }
}

fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // It may just have ended: then there is nobody to tell.
    let _ = pid.map(|pid| kill_process(pid, signal));
}

/// Keeps the whole log in a file; shows it until the instance is ready, and what is wrong after that.
fn read_log(errors: ChildStderr, mut log: File, told_ready: &SyncSender<()>) {
    let mut ready = false;
    for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // What cannot be kept is still shown.
        let kept = writeln!(log, "{line}").is_ok();
        if line == "ready" {
            ready = true;
            // Nobody waits any more when the demo is ending.
            let _ = told_ready.try_send(());
        } else if !ready || !kept || line.contains("WARN") || line.contains("ERROR") {
            eprintln!("    up: {line}");
        }
    }
}
