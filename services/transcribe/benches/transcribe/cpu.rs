//! CPU time of this process and of its recogniser process.

use std::fs;

use anyhow::{Context, bail};
use rustix::{
    param::clock_ticks_per_second,
    process::getpid,
    time::{ClockId, clock_gettime},
};

/// CPU time of all threads of this process, in seconds.
pub(crate) fn own() -> f64 {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9
}

/// The one child process of this one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Child(u32);

impl Child {
    /// Finds it among all processes.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let own = getpid().as_raw_nonzero().get().to_string();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").context("cannot list processes: this measurement needs Linux")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // A process may end between the two looks.
            if stat(pid).is_ok_and(|fields| fields.get(1) == Some(&own)) {
                found.push(pid);
            }
        }
        match found[..] {
            [pid] => Ok(Self(pid)),
            _ => bail!("{} child processes, not one", found.len()),
        }
    }

    /// Its CPU time in seconds, to a clock tick (10 ms).
    pub(crate) fn spent(self) -> anyhow::Result<f64> {
        let fields = stat(self.0).context("the recogniser process is gone")?;
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).context("odd /proc");
        Ok((ticks(11)? + ticks(12)?) as f64 / clock_ticks_per_second() as f64)
    }
}

/// The fields of `/proc/PID/stat` behind the name, which may hold anything: state, parent, …; see `proc_pid_stat(5)`.
fn stat(pid: u32) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = text.rsplit_once(')').context("odd /proc")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}
