//! The data folder, and the lock that gives it one owner.
//!
//! The lock is `flock` on the file `lock`: the kernel takes it back when its process ends, however that happens, so a
//! file left behind by a killed process is no lock. The process id in it is for people.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::unistd::geteuid;

/// A command that looks for the instance holds the lock for a moment; that is no owner.
const PASSING_HOLDER: Duration = Duration::from_secs(1);
const LOCK_FILE: &str = "lock";

/// The data folder could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// No such folder, and it cannot be made; or it cannot be used.
    #[error("cannot use {} as the data folder", path.display())]
    Use {
        /// The folder, or the file in it.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Addresses are text.
    #[error("the data folder's path {} is not Unicode", path.display())]
    NotUnicode {
        /// The folder.
        path: PathBuf,
    },
    /// Another process owns it.
    #[error("the data folder {} is in use by process {pid}", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
        /// What the lock file says, `unknown` when nothing.
        pid: String,
    },
}

/// A data folder that this process owns, until the value is dropped or the process ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// Holds the lock.
    _lock: File,
}

impl DataFolder {
    /// Takes `path`, making it when it is not there. Blocks for a second at most.
    ///
    /// # Errors
    /// [`FolderError::Taken`] when another process owns it; the others when it cannot be used.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |source| FolderError::Use { path: path.to_owned(), source };
        // As root the database's user has to pass through; nobody needs to list it.
        let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
        let is_new = !path.exists();
        DirBuilder::new().recursive(true).mode(mode).create(path).map_err(failed)?;
        if is_new {
            // Against a umask that would close it.
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(failed)?;
        }
        let path = fs::canonicalize(path).map_err(failed)?;
        if path.to_str().is_none() {
            return Err(FolderError::NotUnicode { path });
        }
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Its absolute path, without links, in Unicode.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn lock(folder: &Path) -> Result<File, FolderError> {
    let path = folder.join(LOCK_FILE);
    let failed = |source| FolderError::Use { path: path.clone(), source };
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if began.elapsed() < PASSING_HOLDER => {
                std::thread::park_timeout(PASSING_HOLDER / 20);
            }
            Err(TryLockError::WouldBlock) => return Err(taken(folder, &mut file)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(failed)?;
    Ok(file)
}

fn taken(folder: &Path, lock: &mut File) -> FolderError {
    let mut pid = String::new();
    let pid = match lock.read_to_string(&mut pid) {
        Ok(_) if !pid.trim().is_empty() => pid.trim().to_owned(),
        Ok(_) | Err(_) => "unknown".to_owned(),
    };
    FolderError::Taken { path: folder.to_owned(), pid }
}

/// Whether any process owns `folder`.
pub(crate) fn is_owned(folder: &Path) -> io::Result<bool> {
    let file = match File::open(folder.join(LOCK_FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{DataFolder, FolderError, is_owned};

    #[test]
    fn a_folder_has_one_owner_and_says_which() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("new/däta folder");
        let folder = DataFolder::open(&path).unwrap();
        assert!(is_owned(&path).unwrap());
        match DataFolder::open(&path) {
            Err(FolderError::Taken { pid, .. }) => assert_eq!(pid, std::process::id().to_string()),
            other => panic!("{other:?}"),
        }
        drop(folder);
        assert!(!is_owned(&path).unwrap());
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn a_lock_file_without_its_process_is_no_lock() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("lock"), "999999\n").unwrap();
        assert!(!is_owned(temporary.path()).unwrap());
        DataFolder::open(temporary.path()).unwrap();
        assert_eq!(fs::read_to_string(temporary.path().join("lock")).unwrap(), format!("{}\n", std::process::id()));
    }

    #[test]
    fn a_file_is_no_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(matches!(DataFolder::open(&path), Err(FolderError::Use { .. })));
    }
}
