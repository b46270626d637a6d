//! The objects and the key that opens the keys, together: what a reader of evidence needs beside the database.

use std::sync::Arc;

use crate::{
    key::{KeyError, MasterKey, RoomKey, WrappedKey},
    seal::About,
    sound::Sound,
    vault::{Vault, VaultError},
};

/// Clips and the master key. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Safe {
    /// Where the objects lie.
    pub vault: Vault,
    /// What opens the keys of rooms.
    pub master: Arc<MasterKey>,
}

/// Why a clip's sound cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The room's key cannot be opened.
    #[error("the key of the room cannot be used")]
    Key(#[from] KeyError),
    /// The object cannot be had or opened.
    #[error("the clip cannot be read")]
    Vault(#[from] VaultError),
}

impl Safe {
    /// The sound of a clip, checked against the hash of its object and opened with its room's key.
    ///
    /// # Errors
    /// [`OpenError`] says whether key, object or seal is at fault.
    pub async fn open(&self, key: &WrappedKey, about: About<'_>, object_sha256: &[u8; 32]) -> Result<Sound, OpenError> {
        let key: RoomKey = self.master.unwrap(key, about.room)?;
        Ok(self.vault.fetch(&key, about, object_sha256).await?)
    }
}
