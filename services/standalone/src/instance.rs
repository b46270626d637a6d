//! Where the running instance listens, written into the data folder for every other command.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{DataFolder, FolderError, folder::is_owned};

const INSTANCE_FILE: &str = "instance.json";

/// What clients of an instance need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The process that owns the data folder.
    pub pid: u32,
    /// The database, as the role that the services log in as.
    pub database_url: String,
    /// The database, as the role that migrates.
    pub migrate_url: String,
    /// The broker's `host:port`.
    pub kafka_brokers: String,
    /// When it began to listen.
    pub started_at: DateTime<Utc>,
}

/// There is no instance to talk to.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing runs on this folder.
    #[error("no earwitness is running on {}: start one with `earwitness up`", path.display())]
    NotRunning {
        /// The data folder.
        path: PathBuf,
    },
    /// One ran, and ended without a word.
    #[error("the earwitness that ran on {} (process {pid}) is gone: start it again with `earwitness up`", path.display())]
    Dead {
        /// The data folder.
        path: PathBuf,
        /// The process that is gone.
        pid: u32,
    },
    /// One is running, but not ready yet.
    #[error("the earwitness on {} is still starting", path.display())]
    Starting {
        /// The data folder.
        path: PathBuf,
    },
    /// The file is there, but makes no sense.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl DataFolder {
    /// Tells other commands where we listen. The file appears whole or not at all.
    ///
    /// # Errors
    /// [`FolderError::Use`] when it cannot be written.
    pub fn announce(&self, instance: &Instance) -> Result<(), FolderError> {
        let path = self.path().join(INSTANCE_FILE);
        let failed = |source| FolderError::Use { path: path.clone(), source };
        let text = serde_json::to_vec_pretty(instance).map_err(io::Error::from).map_err(failed)?;
        replace(&path, &text).map_err(failed)
    }

    /// Takes the announcement back: on a clean stop, and at a start before anything listens.
    ///
    /// # Errors
    /// [`FolderError::Use`] when it cannot be removed.
    pub fn withdraw(&self) -> Result<(), FolderError> {
        let path = self.path().join(INSTANCE_FILE);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(FolderError::Use { path, source }),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The instance that runs on the data folder `path`.
///
/// # Errors
/// [`FindError`], which says why there is none.
pub fn find_instance(path: &Path) -> Result<Instance, FindError> {
    let file = path.join(INSTANCE_FILE);
    let failed = |source| FindError::Read { path: file.clone(), source };
    let is_owned = is_owned(path).map_err(failed)?;
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = path.to_owned();
            return Err(if is_owned { FindError::Starting { path } } else { FindError::NotRunning { path } });
        }
        Err(error) => return Err(failed(error)),
    };
    let instance: Instance = serde_json::from_slice(&text).map_err(io::Error::from).map_err(failed)?;
    if is_owned { Ok(instance) } else { Err(FindError::Dead { path: path.to_owned(), pid: instance.pid }) }
}

/// Writes beside `path`, then renames over it.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use chrono::DateTime;

    use super::{FindError, Instance, find_instance};
    use crate::DataFolder;

    fn instance() -> Instance {
        Instance {
            pid: 4711,
            database_url: "postgresql:///earwitness?host=/s".into(),
            migrate_url: "postgresql:///earwitness?host=/s&user=postgres".into(),
            kafka_brokers: "127.0.0.1:9092".into(),
            started_at: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn an_announced_instance_is_found_until_it_withdraws() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        assert!(matches!(find_instance(temporary.path()), Err(FindError::Starting { .. })));
        folder.announce(&instance()).unwrap();
        assert_eq!(find_instance(temporary.path()).unwrap(), instance());
        folder.withdraw().unwrap();
        folder.withdraw().unwrap();
        drop(folder);
        assert!(matches!(find_instance(temporary.path()), Err(FindError::NotRunning { .. })));
    }

    #[test]
    fn an_instance_that_died_is_called_dead() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(temporary.path()).unwrap();
        folder.announce(&instance()).unwrap();
        drop(folder);
        assert!(matches!(find_instance(temporary.path()), Err(FindError::Dead { pid: 4711, .. })));
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_instance() {
        let temporary = tempfile::tempdir().unwrap();
        assert!(matches!(find_instance(&temporary.path().join("none")), Err(FindError::NotRunning { .. })));
    }

    #[test]
    fn a_damaged_announcement_is_an_error() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("instance.json"), "{\"pid\": 1").unwrap();
        assert!(matches!(find_instance(temporary.path()), Err(FindError::Read { .. })));
    }
}
