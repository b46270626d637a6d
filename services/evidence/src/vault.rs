//! Where sealed clips lie: an object store, a local folder by default.

use std::{
    fmt,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt, local::LocalFileSystem, path::Path as ObjectPath};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    key::RoomKey,
    seal::{About, SealError, open, seal},
    sound::Sound,
};

/// All clips lie under this name.
const PREFIX: &str = "clips";

/// Sealed clips in an object store. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    objects: Arc<dyn ObjectStore>,
    place: String,
}

/// A clip that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredClip {
    /// The object's name.
    pub object: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, sealed as they are.
    pub sha256: [u8; 32],
}

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The clip that its name says; none for a name that is not ours.
    pub clip: Option<Uuid>,
    /// Its name.
    pub object: String,
    /// When it was written.
    pub changed_at: DateTime<Utc>,
}

/// Why a clip cannot be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The folder cannot be used.
    #[error("cannot keep clips in {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The object store refuses or does not answer.
    #[error("could not {doing} {object} in {place}")]
    Objects {
        /// What was attempted.
        doing: &'static str,
        /// The object.
        object: String,
        /// The store.
        place: String,
        /// As the store tells it.
        #[source]
        source: Box<object_store::Error>,
    },
    /// The object is not there.
    #[error("{object} is not there in {place}")]
    Gone {
        /// The object.
        object: String,
        /// The store.
        place: String,
    },
    /// Its bytes are not those that were stored.
    #[error("{object} is not as it was stored: its SHA-256 differs")]
    Changed {
        /// The object.
        object: String,
    },
    /// It cannot be sealed or opened.
    #[error("{object} cannot be opened or made")]
    Seal {
        /// The object.
        object: String,
        /// Why.
        #[source]
        source: SealError,
    },
}

impl Vault {
    /// Clips in a local folder, which is made if need be, for its owner alone.
    ///
    /// # Errors
    /// [`VaultError::Folder`] where it cannot be made or used.
    pub fn folder(path: &Path) -> Result<Self, VaultError> {
        let failed = |source: io::Error| VaultError::Folder { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let files = LocalFileSystem::new_with_prefix(path).map_err(|error| failed(io::Error::other(error)))?;
        Ok(Self { objects: Arc::new(files.with_fsync(true)), place: path.display().to_string() })
    }

    /// Seals and keeps a clip. When this returns, it is durable.
    ///
    /// # Errors
    /// [`VaultError::Seal`], [`VaultError::Objects`].
    pub async fn keep(&self, key: &RoomKey, about: About<'_>, sound: &Sound) -> Result<StoredClip, VaultError> {
        let object = object_of(about.clip);
        let sealed =
            seal(key, about, sound.to_bytes()).map_err(|source| VaultError::Seal { object: object.clone(), source })?;
        let (bytes, sha256) = (sealed.len() as u64, Sha256::digest(&sealed).into());
        self.objects
            .put(&ObjectPath::from(object.as_str()), sealed.into())
            .await
            .map_err(|source| self.failed("write", &object, source))?;
        Ok(StoredClip { object, bytes, sha256 })
    }

    /// Fetches a clip, checks that it is as it was stored, and opens it.
    ///
    /// # Errors
    /// [`VaultError::Gone`], [`VaultError::Changed`], [`VaultError::Seal`], [`VaultError::Objects`].
    pub async fn fetch(&self, key: &RoomKey, about: About<'_>, sha256: &[u8; 32]) -> Result<Sound, VaultError> {
        let object = object_of(about.clip);
        let sealed = self.read(&object, sha256).await?;
        let opened = open(key, about, &sealed).and_then(|plain| Sound::from_bytes(&plain).ok_or(SealError::Content));
        opened.map_err(|source| VaultError::Seal { object, source })
    }

    /// Checks that a clip is there as it was stored, without opening it.
    ///
    /// # Errors
    /// [`VaultError::Gone`], [`VaultError::Changed`], [`VaultError::Objects`].
    pub async fn check(&self, clip: Uuid, sha256: &[u8; 32]) -> Result<(), VaultError> {
        self.read(&object_of(clip), sha256).await.map(|_| ())
    }

    /// Removes a clip; one that is not there is no error.
    ///
    /// # Errors
    /// [`VaultError::Objects`].
    pub async fn remove(&self, clip: Uuid) -> Result<(), VaultError> {
        let object = object_of(clip);
        match self.objects.delete(&ObjectPath::from(object.as_str())).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(self.failed("remove", &object, source)),
        }
    }

    /// Every object there is, in no order.
    pub fn list(&self) -> impl Stream<Item = Result<Listed, VaultError>> + Send + '_ {
        let listed = self.objects.list(Some(&ObjectPath::from(PREFIX)));
        listed.map_err(|source| self.failed("list", PREFIX, source)).map(|found| {
            found.map(|meta| Listed {
                clip: meta.location.filename().and_then(|name| name.parse().ok()),
                object: meta.location.to_string(),
                changed_at: meta.last_modified,
            })
        })
    }

    async fn read(&self, object: &str, sha256: &[u8; 32]) -> Result<Vec<u8>, VaultError> {
        let got = match self.objects.get(&ObjectPath::from(object)).await {
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        let bytes = got.map_err(|source| {
            if matches!(source, object_store::Error::NotFound { .. }) {
                return VaultError::Gone { object: object.to_owned(), place: self.place.clone() };
            }
            self.failed("read", object, source)
        })?;
        if <[u8; 32]>::from(Sha256::digest(&bytes)) != *sha256 {
            return Err(VaultError::Changed { object: object.to_owned() });
        }
        Ok(bytes.into())
    }

    fn failed(&self, doing: &'static str, object: &str, source: object_store::Error) -> VaultError {
        VaultError::Objects { doing, object: object.to_owned(), place: self.place.clone(), source: Box::new(source) }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.place).finish()
    }
}

/// In 256 folders by the last byte of the id: its first ones are a time.
fn object_of(clip: Uuid) -> String {
    format!("{PREFIX}/{:02x}/{clip}", clip.as_bytes()[15])
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use domain::RoomId;

    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        vault: Vault,
        key: RoomKey,
        room: RoomId,
    }

    const CLIP: Uuid = Uuid::from_u128(0xabcd);

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::folder(&folder.path().join("evidence")).unwrap();
        Place { folder, vault, key: RoomKey::generate(Uuid::from_u128(1)).unwrap(), room: "hall".parse().unwrap() }
    }

    #[tokio::test]
    async fn a_clip_comes_back_bit_for_bit_and_lies_there_for_its_owner_alone() {
        let Place { folder, vault, key, room } = place();
        let sound = Sound::new((0..16_000).collect());
        let about = About { clip: CLIP, room: &room };
        let stored = vault.keep(&key, about, &sound).await.unwrap();
        assert_eq!(vault.fetch(&key, about, &stored.sha256).await.unwrap(), sound);
        vault.check(CLIP, &stored.sha256).await.unwrap();
        let root = folder.path().join("evidence");
        assert_eq!(fs::metadata(&root).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(root.join(&stored.object)).unwrap().len(), stored.bytes);
        let listed: Vec<_> = vault.list().try_collect().await.unwrap();
        assert_eq!((listed[0].clip, listed[0].object.as_str()), (Some(CLIP), stored.object.as_str()));
    }

    #[tokio::test]
    async fn a_clip_that_is_changed_or_gone_is_named_so() {
        let Place { folder, vault, key, room } = place();
        let about = About { clip: CLIP, room: &room };
        let stored = vault.keep(&key, about, &Sound::new(vec![1; 100])).await.unwrap();
        let file = folder.path().join("evidence").join(&stored.object);
        let mut bytes = fs::read(&file).unwrap();
        bytes[60] ^= 4;
        fs::write(&file, &bytes).unwrap();
        let error = vault.fetch(&key, about, &stored.sha256).await.unwrap_err();
        assert!(matches!(error, VaultError::Changed { .. }), "{error}");
        // Whoever changes the hash in the database too meets the seal.
        let sha256 = Sha256::digest(&bytes).into();
        let error = vault.fetch(&key, about, &sha256).await.unwrap_err();
        assert!(matches!(error, VaultError::Seal { source: SealError::Refused, .. }), "{error}");
        vault.remove(CLIP).await.unwrap();
        vault.remove(CLIP).await.unwrap();
        assert!(matches!(vault.check(CLIP, &stored.sha256).await, Err(VaultError::Gone { .. })));
        assert_eq!(vault.list().count().await, 0);
    }
}
