//! The small JSON file beside a finished model: its hash and where it came from, written after a verified conversion.
//!
//! It answers "is this still the file that was verified?" by size and time of change alone, and it is the recorded hash of
//! a model made from a source whose finished hash nobody has published.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256Hash;
use crate::manifest::Model;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seal {
    model: String,
    source: String,
    sha256: Sha256Hash,
    bytes: u64,
    modified_ns: u64,
}

fn path_of(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".json");
    PathBuf::from(path)
}

fn modified_ns(metadata: &fs::Metadata) -> Option<u64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

impl Seal {
    /// The seal of a file; none where there is none, or none that can be read: the file is then judged by the manifest.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path_of(file)).ok()?).ok()
    }

    /// Seals a verified file, replacing an earlier seal at once.
    pub(crate) fn write(file: &Path, model: &Model, source: &str, sha256: &Sha256Hash) -> io::Result<()> {
        let metadata = fs::metadata(file)?;
        let seal = Self {
            model: model.name.clone(),
            source: source.to_owned(),
            sha256: sha256.clone(),
            bytes: metadata.len(),
            modified_ns: modified_ns(&metadata).unwrap_or(0),
        };
        let (path, temporary) = (path_of(file), file.with_extension("json.new"));
        fs::write(&temporary, serde_json::to_vec_pretty(&seal)?)?;
        fs::rename(temporary, path)
    }

    /// The hash that the manifest still accepts for this model: that of a source which records none itself.
    pub(crate) fn vouches_for(&self, model: &Model) -> Option<&Sha256Hash> {
        let unrecorded = |source: &crate::Source| source.sha256.is_none() && source.label() == self.source;
        (self.model == model.name && model.sources.iter().any(unrecorded)).then_some(&self.sha256)
    }

    /// Whether the file is unchanged since it was sealed, and was sealed as what the manifest wants.
    pub(crate) fn holds(&self, file: &Path, model: &Model) -> bool {
        let recorded = model.sources.iter().any(|source| source.sha256.as_ref() == Some(&self.sha256));
        let unchanged = fs::metadata(file)
            .is_ok_and(|metadata| metadata.len() == self.bytes && modified_ns(&metadata) == Some(self.modified_ns));
        unchanged && self.bytes == model.bytes && (recorded || self.vouches_for(model).is_some())
    }
}
