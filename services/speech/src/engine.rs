//! whisper.cpp in this process: loads models, gates windows, hears spans. One thread uses one engine.
//!
//! Damaged weights and some inputs abort or hang whisper.cpp, so the services reach it through [`crate::Recogniser`],
//! which runs an engine in a child process. Measurements may use an engine directly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use crate::hearing::{Hearing, Library, MAX_SPAN, MAX_WINDOW, Models, Request};
pub use bare::Bare;
use gate::Gate;
use model::Model;

mod bare;
mod decode;
mod gate;
mod log;
mod model;
mod reading;
mod times;
mod watch;
mod words;

/// Why the engine could not be loaded or did not hear.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file cannot be read.
    #[error("cannot read the model file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// whisper.cpp does not take the file, or it fails the self-test.
    #[error("the model file {} cannot be used: {cause}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// whisper.cpp's own words, or what the self-test found.
        cause: String,
    },
    /// The list of models is empty or names one twice.
    #[error("the models are not usable as listed: {0}")]
    Models(String),
    /// The request can never succeed as it is.
    #[error("refused: {0}")]
    Refused(String),
    /// The decode took longer than the request allows.
    #[error("the decode was stopped after {allowed_ms} ms")]
    Deadline {
        /// The request's deadline.
        allowed_ms: u128,
    },
    /// The engine was told to stop.
    #[error("the decode was stopped because the process ends")]
    Stopped,
    /// whisper.cpp reports a failure.
    #[error("whisper.cpp failed to {attempt} (code {code}): {complaints}")]
    Whisper {
        /// What it was doing, by its code.
        attempt: &'static str,
        /// Its return code.
        code: i32,
        /// What it logged.
        complaints: String,
    },
}

/// Loaded models and their decoder states.
pub struct Engine {
    gate: Gate,
    models: BTreeMap<String, Model>,
    stop: Arc<AtomicBool>,
}

impl Engine {
    /// Loads every model and decodes a generated sound with each. `began` is told each file before it is opened: a
    /// damaged one may end the process, and then only this says which. `stop`, once set by another thread, ends every
    /// decode at its next token with [`EngineError::Stopped`].
    ///
    /// # Errors
    /// A file that cannot be read or used, named with the cause; no model for hearing, or one name twice.
    pub fn load(models: &Models, stop: Arc<AtomicBool>, mut began: impl FnMut(&Path)) -> Result<Self, EngineError> {
        log::install();
        if models.hearing.is_empty() {
            return Err(EngineError::Models("none is given for hearing".to_owned()));
        }
        began(&models.gate.path);
        let gate = Gate::load(&models.gate.path)?;
        let mut loaded = BTreeMap::new();
        for file in &models.hearing {
            began(&file.path);
            if loaded.insert(file.name.clone(), Model::load(&file.path)?).is_some() {
                return Err(EngineError::Models(format!("{:?} is given twice", file.name)));
            }
        }
        Ok(Self { gate, models: loaded, stop })
    }

    /// Silero's speech probability, 0 to 1, of each 32 ms frame ([`crate::GATE_FRAME`] samples) of a window; the last
    /// frame is filled up with zeros. Silero starts afresh on every call, so give it whole windows.
    ///
    /// # Errors
    /// An empty window or one longer than [`MAX_WINDOW`] is refused.
    pub fn gate(&mut self, window: &[i16]) -> Result<Vec<f32>, EngineError> {
        check_length("window", window.len(), MAX_WINDOW)?;
        self.gate.probabilities(window)
    }

    /// Decodes one span.
    ///
    /// # Errors
    /// [`EngineError::Refused`] for a model, language or length that cannot be served; [`EngineError::Deadline`].
    pub fn hear(&mut self, request: &Request) -> Result<Hearing, EngineError> {
        let stop = Arc::clone(&self.stop);
        self.model(request)?.hear(request, &stop)
    }

    /// The model that a request names, once the request's length is right.
    fn model(&mut self, request: &Request) -> Result<&mut Model, EngineError> {
        check_length("span", request.pcm.len(), MAX_SPAN)?;
        let known = self.models.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let unknown = || EngineError::Refused(format!("no model {:?} is loaded, only {known}", request.model));
        self.models.get_mut(&request.model).ok_or_else(unknown)
    }
}

/// The library's version and what it was compiled for.
pub fn library() -> Library {
    // whisper.cpp builds the text in one static string: it must not be asked twice at once.
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY
        .get_or_init(|| Library {
            version: whisper_rs::WHISPER_CPP_VERSION.to_owned(),
            system: whisper_rs::print_system_info().trim().trim_end_matches('|').trim().to_owned(),
        })
        .clone()
}

fn check_length(what: &str, samples: usize, most: usize) -> Result<(), EngineError> {
    if samples == 0 {
        return Err(EngineError::Refused(format!("the {what} is empty")));
    }
    if samples > most {
        return Err(EngineError::Refused(format!("the {what} has {samples} samples, more than {most}")));
    }
    Ok(())
}

/// Fails early and with the system's own words where whisper.cpp would only say that it cannot.
fn check_readable(path: &Path) -> Result<(), EngineError> {
    let unreadable = |source| EngineError::Unreadable { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(EngineError::Unusable { path: path.to_owned(), cause: "not a regular file".to_owned() });
    }
    Ok(())
}

/// Full scale is ±1; every value is finite by construction.
fn to_f32(pcm: &[i16], at_least: usize) -> Vec<f32> {
    let mut samples: Vec<f32> = pcm.iter().map(|&s| f32::from(s) / 32768.0).collect();
    if samples.len() < at_least {
        samples.resize(at_least, 0.0);
    }
    samples
}
