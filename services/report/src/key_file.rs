//! The key that signs, in a file that only its owner reads: made at the first start, replaced by a rotation.
//!
//! A rotation writes the new key beside the old one (`.next`) before the database hears of it, and puts it into the
//! old one's place afterwards. Whichever of the two the database names is taken, so that no crash loses a key.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use ledger::{KeyError, KeyKind, SigningKey};

/// Where the key is, and what a new one is called.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    name: String,
}

/// The key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is no such file.
    #[error("the key of the audit log is not there: {} is missing; put back the file with the key {vkey}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The key that is looked for.
        vkey: String,
    },
    /// It holds another key.
    #[error("{} holds the key {found}, but the audit log is signed by {vkey}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// The key that is looked for.
        vkey: String,
    },
    /// It cannot be read or written.
    #[error("cannot use {} for the key of the audit log", path.display())]
    Use {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no key.
    #[error("{} does not hold a key of a log", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: KeyError,
    },
    /// The name for a new key cannot be one.
    #[error("the audit log cannot have this name")]
    Name(#[source] KeyError),
    /// The operating system gave no random bytes.
    #[error("no random bytes for a key")]
    Random(#[source] getrandom::Error),
}

impl KeyFile {
    /// The key in `path`. A new log is called `name`, or by a random one where that is empty.
    pub fn new(path: PathBuf, name: &str) -> Self {
        Self { path, name: name.to_owned() }
    }

    /// The first key of a new log: the one that is there, or a new one.
    ///
    /// # Errors
    /// [`KeyFileError`] where it can neither be read nor made.
    pub fn first(&self) -> Result<SigningKey, KeyFileError> {
        if let Some(key) = read(&self.path)? {
            return Ok(key);
        }
        let key = if self.name.is_empty() {
            let tail = random::<8>()?.iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}"));
            new_key(&format!("earwitness/{tail}"))?
        } else {
            new_key(&self.name)?
        };
        write(&self.path, &key)?;
        Ok(key)
    }

    /// The key with this public half, wherever a rotation that was cut short left it.
    ///
    /// # Errors
    /// [`KeyFileError::Missing`], [`KeyFileError::Other`], or that it cannot be read.
    pub fn of(&self, vkey: &str) -> Result<SigningKey, KeyFileError> {
        let current = read(&self.path)?;
        if let Some(key) = current.as_ref().filter(|key| key.public().to_string() == vkey) {
            return SigningKey::parse(&key.to_private_text()).map_err(|source| self.form(source));
        }
        if let Some(key) = read(&self.next_path())?.filter(|key| key.public().to_string() == vkey) {
            self.adopt_next()?;
            return Ok(key);
        }
        let (path, vkey) = (self.path.clone(), vkey.to_owned());
        Err(match current {
            Some(other) => KeyFileError::Other { path, found: other.public().to_string(), vkey },
            None => KeyFileError::Missing { path, vkey },
        })
    }

    /// Makes the key that shall follow, of the same name, and keeps it beside the one in force.
    ///
    /// # Errors
    /// [`KeyFileError`] where it cannot be made or written.
    pub fn make_next(&self, name: &str) -> Result<SigningKey, KeyFileError> {
        let key = new_key(name)?;
        let next = self.next_path();
        match fs::remove_file(&next) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(KeyFileError::Use { path: next, source });
            }
            Ok(()) | Err(_) => write(&next, &key)?,
        }
        Ok(key)
    }

    /// Puts the next key into the place of the one that it followed, which is then gone.
    ///
    /// # Errors
    /// [`KeyFileError::Use`].
    pub fn adopt_next(&self) -> Result<(), KeyFileError> {
        let moved = fs::rename(self.next_path(), &self.path).and_then(|()| sync_folder(&self.path));
        moved.map_err(|source| KeyFileError::Use { path: self.path.clone(), source })
    }

    fn next_path(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".next");
        name.into()
    }

    fn form(&self, source: KeyError) -> KeyFileError {
        KeyFileError::Form { path: self.path.clone(), source }
    }
}

fn read(path: &Path) -> Result<Option<SigningKey>, KeyFileError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|source| KeyFileError::Use { path: path.to_owned(), source })?,
    };
    let form = |source| KeyFileError::Form { path: path.to_owned(), source };
    let key = SigningKey::parse(text.trim_end()).map_err(form)?;
    if key.public().kind() == KeyKind::Log { Ok(Some(key)) } else { Err(form(KeyError::PrivateForm)) }
}

/// Writes a key to a file that is not there yet, durably.
fn write(path: &Path, key: &SigningKey) -> Result<(), KeyFileError> {
    let written = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", key.to_private_text())?;
        file.sync_all()?;
        sync_folder(path)
    };
    written().map_err(|source| KeyFileError::Use { path: path.to_owned(), source })
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn new_key(name: &str) -> Result<SigningKey, KeyFileError> {
    SigningKey::from_seed(name, KeyKind::Log, &random()?).map_err(KeyFileError::Name)
}

fn random<const N: usize>() -> Result<[u8; N], KeyFileError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(KeyFileError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("audit.key"), "");
        let vkey = file.first().unwrap().public().to_string();
        assert_eq!(file.first().unwrap().public().to_string(), vkey);
        assert_eq!(file.of(&vkey).unwrap().public().to_string(), vkey);
        let mode = fs::metadata(folder.path().join("audit.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{file:?} {:?}", file.first().unwrap()).contains("PRIVATE"));
    }

    #[test]
    fn a_rotation_that_was_cut_short_loses_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("audit.key"), "example.com/log");
        let old = file.first().unwrap().public().to_string();
        let next = file.make_next("example.com/log").unwrap().public().to_string();
        assert_eq!(file.of(&old).unwrap().public().to_string(), old);
        assert_eq!(file.of(&next).unwrap().public().to_string(), next);
        assert!(matches!(file.of(&old), Err(KeyFileError::Other { .. })));
    }

    #[test]
    fn a_file_that_is_no_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("audit.key"), "");
        assert!(matches!(file.of("a+00000000+AA=="), Err(KeyFileError::Missing { .. })));
        fs::write(folder.path().join("audit.key"), "no key\n").unwrap();
        assert!(matches!(file.first(), Err(KeyFileError::Form { .. })));
    }
}
