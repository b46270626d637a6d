//! The speech models that a service needs: found in the cache, verified against their manifest, named in the evidence.

use std::path::Path;

use anyhow::Context;
use speech::{ModelFile, Models};
use weights::{Manifest, State};

use crate::{answer::NotReady, config::Config};

/// Silero's name in the manifest.
pub(crate) const GATE: &str = "silero";

impl Config {
    /// The manifest of speech models.
    pub(crate) fn manifest(&self) -> anyhow::Result<Manifest> {
        Ok(Manifest::load(&self.models_dir().join("whisper.toml"))?)
    }

    /// The models that transcription is set to use.
    ///
    /// # Errors
    /// [`NotReady`] says which `earwitness models fetch` to run.
    pub(crate) fn speech_models(&self) -> anyhow::Result<Models> {
        let (manifest, cache) = (self.manifest()?, self.cache_dir()?);
        let mut names: Vec<&str> = self.transcribe.models.values().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let (mut hearing, mut absent) = (Vec::new(), Vec::new());
        let mut gate = None;
        for name in names.into_iter().chain([GATE]) {
            match manifest.model(name)?.state(&cache) {
                State::Present(path) if name == GATE => gate = Some(model_file(name, &path)?),
                State::Present(path) => hearing.push(model_file(name, &path)?),
                State::Missing => absent.push(name),
                State::Damaged { path, error } => {
                    let why = format!("{} is damaged; run `earwitness models fetch {name}`", path.display());
                    return Err(error).context(NotReady(why));
                }
            }
        }
        match gate {
            Some(gate) if absent.is_empty() => Ok(Models { hearing, gate }),
            _ => {
                Err(NotReady(format!("models are missing: run `earwitness models fetch {}`", absent.join(" "))).into())
            }
        }
    }
}

fn model_file(name: &str, path: &Path) -> anyhow::Result<ModelFile> {
    let sha256 = weights::sha256_of_file(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(ModelFile { name: name.to_owned(), path: path.to_owned(), sha256: sha256.to_string() })
}
