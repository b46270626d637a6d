//! Is a finished model file what the manifest says: size, structure, every byte.

use std::io;
use std::path::{Path, PathBuf};

use crate::bounded::Bounded;
use crate::convert::walk_silero;
use crate::digest::{Sha256Hash, sha256_of_file};
use crate::ggml::GgmlError;
use crate::manifest::{Kind, Model};
use crate::seal::Seal;
use crate::whisper::{self, WhisperHeader};

/// Why a model file must not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("cannot read the model file {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} has {found} bytes, {wanted} expected", path.display())]
    Size { path: PathBuf, found: u64, wanted: u64 },
    #[error("{} is not a sound model file", path.display())]
    Content {
        path: PathBuf,
        #[source]
        source: GgmlError,
    },
    #[error("{} is a Whisper model of another shape: {found:?}", path.display())]
    Shape { path: PathBuf, found: Box<WhisperHeader> },
    #[error("{} has the SHA-256 {found}, which is not recorded for it", path.display())]
    Hash { path: PathBuf, found: Sha256Hash },
}

impl VerifyError {
    pub(crate) fn open(path: &Path, source: io::Error) -> Self {
        Self::Open { path: path.to_path_buf(), source }
    }

    pub(crate) fn content(path: &Path, source: GgmlError) -> Self {
        Self::Content { path: path.to_path_buf(), source }
    }
}

/// Verifies a file in full, reading every byte: size, structure, and SHA-256 against those recorded in the manifest or,
/// for a source that has none there, in the seal that the conversion left beside the file.
///
/// # Errors
/// [`VerifyError`] says which of these failed.
pub fn verify(path: &Path, model: &Model) -> Result<(), VerifyError> {
    check_structure(path, model)?;
    let found = sha256_of_file(path).map_err(|source| VerifyError::open(path, source))?;
    let recorded = model.sources.iter().any(|source| source.sha256.as_ref() == Some(&found));
    let sealed = || Seal::read(path).is_some_and(|seal| seal.vouches_for(model) == Some(&found));
    if recorded || sealed() { Ok(()) } else { Err(VerifyError::Hash { path: path.to_path_buf(), found }) }
}

/// Everything but the hash.
pub(crate) fn check_structure(path: &Path, model: &Model) -> Result<(), VerifyError> {
    let mut from = Bounded::open(path).map_err(|source| VerifyError::open(path, source))?;
    if from.size() != model.bytes {
        return Err(VerifyError::Size { path: path.to_path_buf(), found: from.size(), wanted: model.bytes });
    }
    let content = |source| VerifyError::content(path, source);
    match (model.kind, model.header) {
        (Kind::VoiceActivity, _) => walk_silero(&mut from).map_err(content),
        (Kind::Whisper, wanted) => {
            let found = whisper::walk(&mut from).map_err(content)?;
            if wanted.is_none_or(|wanted| wanted == found) {
                return Ok(());
            }
            Err(VerifyError::Shape { path: path.to_path_buf(), found: Box::new(found) })
        }
    }
}

/// A model's place in the cache, as `models list` shows it.
#[derive(Debug)]
pub enum State {
    Missing,
    /// Verified, and unchanged since.
    Present(PathBuf),
    Damaged {
        path: PathBuf,
        error: VerifyError,
    },
}

impl Model {
    /// Looks at the cache: at once for a file that is unchanged since it was verified, by reading it all otherwise.
    pub fn state(&self, cache_dir: &Path) -> State {
        let path = self.path(cache_dir);
        if !path.exists() {
            return State::Missing;
        }
        if Seal::read(&path).is_some_and(|seal| seal.holds(&path, self)) {
            return State::Present(path);
        }
        match verify(&path, self) {
            Ok(()) => State::Present(path),
            Err(error) => State::Damaged { path, error },
        }
    }
}

#[cfg(test)]
mod tests;
