//! Keys: one a room, which seals its clips, and the master key, a file, which wraps them.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use domain::RoomId;
use ring::aead::{Aad, NONCE_LEN, Nonce};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::seal::{SealError, cipher, random};

/// What the file of a master key begins with.
const FORM: &str = "earwitness-evidence-key/v1";
const WRAPPING: &[u8] = b"earwitness room key/v1";

/// The key that wraps the keys of rooms. Never printed.
pub struct MasterKey {
    secret: Zeroizing<[u8; 32]>,
}

/// The key that seals the clips of one room. Never printed.
pub struct RoomKey {
    id: Uuid,
    secret: Zeroizing<[u8; 32]>,
}

/// A room's key as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which key it is.
    pub id: Uuid,
    /// Which master key wrapped it: [`MasterKey::id`].
    pub master: String,
    /// Nonce, sealed key and tag: 60 bytes.
    pub wrapped: Vec<u8>,
}

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use {} for the key of the evidence", path.display())]
    Use {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not there, and one is needed that is not new.
    #[error("the key of the evidence is not there: put back {}, whose key is {wanted}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The key that wrapped what is stored.
        wanted: String,
    },
    /// The file holds something else.
    #[error("{} does not hold a key of the evidence: expected `{FORM}` and 64 hex digits", path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// The room's key was wrapped by another master key.
    #[error("the key {key} of a room was wrapped by the master key {wrapped_by}, this one is {given}")]
    OtherMaster {
        /// The room's key.
        key: Uuid,
        /// The master key that is needed.
        wrapped_by: String,
        /// The one at hand.
        given: String,
    },
    /// The wrapped key was changed, or is another room's.
    #[error("the key {key} of a room was changed where it is stored, or is another room's")]
    Refused {
        /// The room's key.
        key: Uuid,
    },
    /// No random bytes.
    #[error("a key cannot be made")]
    Make(#[source] SealError),
}

impl MasterKey {
    /// The key in the file at `path`. One that is not there is made, readable by its owner alone, unless something is
    /// stored that `needs` another one by its id.
    ///
    /// # Errors
    /// [`KeyError`] where it can neither be read nor made.
    pub fn load_or_make(path: &Path, needs: Option<&str>) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Use { path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                Self::parse(&text).ok_or_else(|| KeyError::Form { path: path.to_owned() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(wanted) = needs {
                    return Err(KeyError::Missing { path: path.to_owned(), wanted: wanted.to_owned() });
                }
                let key = Self { secret: Zeroizing::new(random().map_err(KeyError::Make)?) };
                key.write(path).map_err(failed)?;
                Ok(key)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Names the key without telling it: the first 8 bytes of a SHA-256, in hex.
    pub fn id(&self) -> String {
        let hash =
            Sha256::new().chain_update(b"earwitness evidence master key/v1").chain_update(*self.secret).finalize();
        hex(&hash[..8])
    }

    /// Wraps a room's key, for the database.
    ///
    /// # Errors
    /// [`KeyError::Make`] without random bytes.
    pub fn wrap(&self, key: &RoomKey, room: &RoomId) -> Result<WrappedKey, KeyError> {
        let nonce = random::<NONCE_LEN>().map_err(KeyError::Make)?;
        let mut body = key.secret.to_vec();
        let aad = Aad::from(associated(key.id, room));
        let tag = cipher(&self.secret)
            .map_err(KeyError::Make)?
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)
            .map_err(|_| KeyError::Refused { key: key.id })?;
        let wrapped = [&nonce[..], &body, tag.as_ref()].concat();
        Ok(WrappedKey { id: key.id, master: self.id(), wrapped })
    }

    /// Opens a room's key.
    ///
    /// # Errors
    /// [`KeyError::OtherMaster`], [`KeyError::Refused`].
    pub fn unwrap(&self, key: &WrappedKey, room: &RoomId) -> Result<RoomKey, KeyError> {
        let refused = || KeyError::Refused { key: key.id };
        if key.master != self.id() {
            let (wrapped_by, given) = (key.master.clone(), self.id());
            return Err(KeyError::OtherMaster { key: key.id, wrapped_by, given });
        }
        let (nonce, body) = key.wrapped.split_first_chunk::<NONCE_LEN>().ok_or_else(refused)?;
        let mut body = Zeroizing::new(body.to_vec());
        let aad = Aad::from(associated(key.id, room));
        let opened = cipher(&self.secret)
            .map_err(KeyError::Make)?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut body)
            .map_err(|_| refused())?;
        let secret = <[u8; 32]>::try_from(&*opened).map_err(|_| refused())?;
        Ok(RoomKey { id: key.id, secret: Zeroizing::new(secret) })
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end().strip_prefix(FORM)?.strip_prefix(' ')?.as_bytes();
        let mut secret = Zeroizing::new([0; 32]);
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in secret.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self { secret })
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{FORM} {}", Zeroizing::new(hex(&*self.secret)).as_str())?;
        file.sync_all()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl RoomKey {
    /// A new key of that id.
    ///
    /// # Errors
    /// [`KeyError::Make`] without random bytes.
    pub fn generate(id: Uuid) -> Result<Self, KeyError> {
        Ok(Self { id, secret: Zeroizing::new(random().map_err(KeyError::Make)?) })
    }

    /// Names it; no secret.
    pub fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MasterKey").field(&self.id()).finish()
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RoomKey").field(&self.id).finish()
    }
}

fn associated(id: Uuid, room: &RoomId) -> Vec<u8> {
    [WRAPPING, id.as_bytes(), room.as_str().as_bytes()].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn room() -> RoomId {
        "town hall".parse().unwrap()
    }

    #[test]
    fn the_file_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evidence.key");
        let made = MasterKey::load_or_make(&path, None).unwrap();
        let read = MasterKey::load_or_make(&path, Some(&made.id())).unwrap();
        assert_eq!(made.id(), read.id());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        let secret = text.trim_end().split(' ').nth(1).unwrap().to_owned();
        assert!(!format!("{made:?}").contains(&secret[..8]));
    }

    #[test]
    fn a_lost_file_is_not_replaced_while_something_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evidence.key");
        let error = MasterKey::load_or_make(&path, Some("0011223344556677")).unwrap_err();
        assert!(error.to_string().contains("put back") && error.to_string().contains("0011223344556677"), "{error}");
        assert!(!path.exists());
        fs::write(&path, "a key\n").unwrap();
        assert!(matches!(MasterKey::load_or_make(&path, None), Err(KeyError::Form { .. })));
        fs::write(&path, format!("{FORM} {}\n", "é".repeat(32))).unwrap();
        assert!(matches!(MasterKey::load_or_make(&path, None), Err(KeyError::Form { .. })));
    }

    #[test]
    fn a_wrapped_key_opens_for_its_room_under_its_master_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [master, other] = ["a", "b"].map(|name| MasterKey::load_or_make(&folder.path().join(name), None).unwrap());
        let key = RoomKey::generate(Uuid::from_u128(1)).unwrap();
        let wrapped = master.wrap(&key, &room()).unwrap();
        assert_eq!(wrapped.wrapped.len(), 60);
        assert_eq!(master.unwrap(&wrapped, &room()).unwrap().secret(), key.secret());
        assert!(matches!(other.unwrap(&wrapped, &room()), Err(KeyError::OtherMaster { .. })));
        assert!(matches!(master.unwrap(&wrapped, &"elsewhere".parse().unwrap()), Err(KeyError::Refused { .. })));
        for byte in 0..60 {
            let mut changed = wrapped.clone();
            changed.wrapped[byte] ^= 1;
            assert!(matches!(master.unwrap(&changed, &room()), Err(KeyError::Refused { .. })), "byte {byte}");
        }
        let cut = WrappedKey { wrapped: wrapped.wrapped[..11].to_vec(), ..wrapped };
        assert!(matches!(master.unwrap(&cut, &room()), Err(KeyError::Refused { .. })));
    }
}
