//! Where things lie: models of the checkout, the cache of what is slow to build or fetch.

use std::path::{Path, PathBuf};

use crate::{answer::NotReady, config::Config};

/// The models of the checkout that the binary lies in; it may have been moved or copied since it was built.
fn beside_the_binary() -> Option<PathBuf> {
    let binary = std::env::current_exe().ok()?;
    binary.ancestors().map(|folder| folder.join("models")).find(|folder| folder.join("whisper.toml").is_file())
}

impl Config {
    /// The folder with rules, classifier and `whisper.toml`.
    pub(crate) fn models_dir(&self) -> PathBuf {
        if self.models.dir.as_os_str().is_empty() {
            beside_the_binary().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"))
        } else {
            self.models.dir.clone()
        }
    }

    /// The folder with fetched weights and the broker.
    ///
    /// # Errors
    /// [`NotReady`] where neither a setting nor the environment names one.
    pub(crate) fn cache_dir(&self) -> anyhow::Result<PathBuf> {
        if !self.models.cache_dir.as_os_str().is_empty() {
            return Ok(self.models.cache_dir.clone());
        }
        #[expect(clippy::disallowed_methods, reason = "the standard places of a user's cache are in the environment")]
        let folder = standalone::cache_folder(|name| std::env::var_os(name));
        Ok(folder.ok_or_else(|| NotReady("no cache folder: set EARWITNESS_CACHE_DIR or HOME".into()))?)
    }

    /// The rule pack for a language, where there is one.
    pub(crate) fn pack_dir(&self, language: &str) -> PathBuf {
        self.models_dir().join("rules").join(language)
    }

    /// The classifier's folder.
    pub(crate) fn classifier_dir(&self) -> PathBuf {
        self.models_dir().join("classifier")
    }
}
