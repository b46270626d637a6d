//! Processes that an earlier owner of the data folder left behind.
//!
//! A process id says nothing, since it may have been given to another process. So they are known by their command
//! line, which names the folder: anybody may read that, even root in a container without the right to trace, who may
//! not see where another user's process works.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A name for `folder` that is the same in every build, to put into names of files and processes (FNV-1a).
pub(crate) fn fingerprint(folder: &Path) -> String {
    let hash =
        folder.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("earwitness-{hash:016x}")
}

/// The processes called `name` (of which the kernel keeps 15 bytes) with `mark` in their command line. Empty where
/// there is no `/proc`.
fn marked(name: &str, mark: &str) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let name = name.get(..15).unwrap_or(name);
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            if fs::read_to_string(entry.path().join("comm")).ok()?.trim_end() != name {
                return None;
            }
            let command_line = fs::read(entry.path().join("cmdline")).ok()?;
            String::from_utf8_lossy(&command_line).contains(mark).then(|| Pid::from_raw(pid))
        })
        .collect()
}

/// Ends the processes called `name` that are marked with `mark`: sends them each signal in turn, and after each waits
/// as long as it says. Returns whether none is left.
pub(crate) async fn end(name: &str, mark: &str, steps: &[(Signal, Duration)]) -> bool {
    for &(signal, patience) in steps {
        for pid in marked(name, mark) {
            let signal_name = signal.as_str();
            tracing::info!(process.pid = pid.as_raw(), signal = signal_name, "ending {name}, left by an earlier run");
            // It may have ended by itself meanwhile.
            let _ = kill(pid, signal);
        }
        let began = Instant::now();
        while !marked(name, mark).is_empty() && began.elapsed() < patience {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
    marked(name, mark).is_empty()
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        process::{Command, Stdio},
        time::Duration,
    };

    use nix::sys::signal::Signal;

    use super::{end, fingerprint, marked};

    #[tokio::test]
    async fn only_processes_with_the_mark_are_ended() {
        let temporary = tempfile::tempdir().unwrap();
        let mark = fingerprint(temporary.path());
        let run = |script: String| Command::new("/bin/sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
        let mut ours = run(format!("read line # {mark}"));
        let mut other = run("read line".into());
        let pid = i32::try_from(ours.id()).unwrap();
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
        let name = name.trim_end().to_owned();
        assert_eq!(marked(&name, &mark), [nix::unistd::Pid::from_raw(pid)]);
        let reaped = std::thread::spawn(move || ours.wait().unwrap());
        assert!(end(&name, &mark, &[(Signal::SIGTERM, Duration::from_secs(5))]).await);
        assert!(!reaped.join().unwrap().success());
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn folders_differ_in_their_fingerprint() {
        assert_ne!(fingerprint(Path::new("/a")), fingerprint(Path::new("/b")));
        assert_eq!(fingerprint(Path::new("")), "earwitness-cbf29ce484222325");
    }
}
