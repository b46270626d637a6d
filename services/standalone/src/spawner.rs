//! Starts children so that they end when this process does, even by `kill -9`.
//!
//! `PR_SET_PDEATHSIG` sends the signal when the *thread* that started the child ends, not the process. The runtime's
//! threads come and go, so one thread of its own, which lives as long as the process, starts them all. Elsewhere than on
//! Linux there is no such signal, and a killed parent leaves its children to the next start.

use std::{io, process::Stdio, sync::OnceLock};

use nix::{
    sys::signal::Signal,
    unistd::{Pid, getpid},
};
use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::{mpsc, oneshot},
};

struct Job {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

static SPAWNER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();

/// Starts `command`, whose child gets `last_signal` when this process ends. The child has a process group of its own:
/// Ctrl-C on the terminal is for us, who then stop it in order. Its environment is empty but for a locale.
pub(crate) async fn spawn(mut command: Command, last_signal: Signal) -> io::Result<Child> {
    command.env_clear().env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).process_group(0);
    die_with_parent(&mut command, last_signal);
    let (reply, started) = oneshot::channel();
    let job = Job { command, runtime: Handle::current(), reply };
    let gone = || io::Error::other("the thread that starts children is gone");
    spawner()?.send(job).await.map_err(|_| gone())?;
    started.await.map_err(|_| gone())?
}

fn spawner() -> io::Result<&'static mpsc::Sender<Job>> {
    if let Some(spawner) = SPAWNER.get() {
        return Ok(spawner);
    }
    let (sender, mut jobs) = mpsc::channel::<Job>(16);
    let run = move || {
        while let Some(mut job) = jobs.blocking_recv() {
            let _runtime = job.runtime.enter();
            // A caller that went away drops the child it asked for.
            drop(job.reply.send(job.command.spawn()));
        }
    };
    std::thread::Builder::new().name("spawner".into()).spawn(run)?;
    // When two callers race, the loser's thread ends at once, having started nothing.
    Ok(SPAWNER.get_or_init(|| sender))
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "pre_exec is the only place from which a child can ask for its parent's death signal")]
fn die_with_parent(command: &mut Command, last_signal: Signal) {
    let parent = getpid();
    let before_exec = move || {
        nix::sys::prctl::set_pdeathsig(last_signal)?;
        // The parent may have died before the call above.
        if Pid::parent() == parent { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. The closure makes two bare system calls,
    // prctl and getppid, and allocates nothing (a `Simple` io error holds no heap).
    unsafe {
        command.pre_exec(before_exec);
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command, _last_signal: Signal) {}
