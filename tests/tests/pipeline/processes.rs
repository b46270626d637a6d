//! Processes as `/proc` tells of them: who descends from whom, and an end by id.

use std::{collections::BTreeMap, fs};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// A running process.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: i32,
    parent: i32,
    /// When it began, in ticks since boot: tells it from a later one of the same id.
    began: u64,
    /// Its command line, parted by spaces.
    pub(crate) line: String,
}

impl Process {
    /// Sends SIGKILL, unless it has gone already.
    pub(crate) fn kill(&self) {
        if read(self.id).is_some_and(|now| now.began == self.began) {
            let _ = kill(Pid::from_raw(self.id), Signal::SIGKILL);
        }
    }

    /// Whether it has ended; one that only waits to be reaped has.
    pub(crate) fn is_gone(&self) -> bool {
        read(self.id).is_none_or(|now| now.began != self.began)
    }
}

/// `root` and all that descend from it.
pub(crate) fn tree(root: i32) -> Vec<Process> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        if let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(read) {
            all.insert(process.id, process);
        }
    }
    let descends = |process: &Process| {
        let mut at = Some(process);
        while let Some(here) = at {
            if here.id == root {
                return true;
            }
            at = all.get(&here.parent);
        }
        false
    };
    all.values().filter(|process| descends(process)).cloned().collect()
}

fn read(id: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in brackets and may hold anything: fields count from the last one.
    let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
    if fields.first() == Some(&"Z") {
        return None;
    }
    let line = String::from_utf8_lossy(&fs::read(format!("/proc/{id}/cmdline")).ok()?).replace('\0', " ");
    Some(Process { id, parent: fields.get(1)?.parse().ok()?, began: fields.get(19)?.parse().ok()?, line })
}
