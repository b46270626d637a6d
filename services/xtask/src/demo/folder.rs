//! The demo's data folder: made anew at each run, and never anybody else's.

use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::place::Place;

/// Says that a folder was made by us and may be deleted.
const MARK: &str = "made-by-cargo-xtask-demo";

/// An empty folder: `chosen`, else one that the database's user can enter.
pub(super) fn fresh(place: &Place, chosen: Option<&Path>) -> anyhow::Result<PathBuf> {
    let path = match chosen {
        Some(path) => std::path::absolute(path)?,
        None => default(place),
    };
    empty(&path)?;
    Ok(path)
}

fn default(place: &Place) -> PathBuf {
    let inside = place.target().join("demo");
    // As root the database runs as another user, who has to pass every folder on the way.
    let is_passable = |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o001 != 0);
    if !rustix::process::geteuid().is_root() || place.target().ancestors().all(is_passable) {
        return inside;
    }
    std::env::temp_dir().join("earwitness-demo")
}

/// Makes `path` an empty folder with our mark in it; deletes only what bears that mark.
fn empty(path: &Path) -> anyhow::Result<()> {
    let is_empty = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    if path.exists() && !is_empty {
        if !path.join(MARK).is_file() {
            bail!("{} is in use for something else: name another folder with --data-dir", path.display());
        }
        if is_running(path) {
            let pid = fs::read_to_string(path.join("lock")).unwrap_or_default();
            bail!(
                "a demo is running in {} (process {}): end it first, or name another folder with --data-dir",
                path.display(),
                pid.trim()
            );
        }
        fs::remove_dir_all(path).with_context(|| format!("cannot remove the last demo in {}", path.display()))?;
    }
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
    if rustix::process::geteuid().is_root() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o711))?;
    }
    fs::write(path.join(MARK), "This folder is deleted by the next demo.\n")?;
    Ok(())
}

/// Whether a process holds the lock of the data folder.
fn is_running(path: &Path) -> bool {
    File::open(path.join("lock")).is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::empty;

    #[test]
    fn only_a_folder_of_ours_is_deleted() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("demo");
        empty(&path).unwrap();
        fs::write(path.join("data"), "old").unwrap();
        empty(&path).unwrap();
        assert!(!path.join("data").exists());

        let other = temporary.path().join("other");
        fs::create_dir(&other).unwrap();
        empty(&other).unwrap();
        let foreign = temporary.path().join("foreign");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("thesis.txt"), "").unwrap();
        assert!(empty(&foreign).unwrap_err().to_string().contains("--data-dir"));
        assert!(foreign.join("thesis.txt").exists());
    }

    #[test]
    fn a_running_demo_is_left_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("demo");
        empty(&path).unwrap();
        let lock = File::create(path.join("lock")).unwrap();
        lock.try_lock().unwrap();
        assert!(empty(&path).unwrap_err().to_string().contains("running"));
        drop(lock);
        empty(&path).unwrap();
    }
}
