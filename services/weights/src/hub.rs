//! Weights from the model hub: one file by HTTPS, resumed by byte range, checked by its published SHA-1.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::digest::{Sha1Hash, sha1_of_file};
use crate::fetch::Progress;
use crate::manifest::HubFile;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// A body that takes longer is cut and resumed: so a connection that died is noticed, and a slow one loses nothing.
const BODY_TIMEOUT: Duration = Duration::from_mins(2);
/// Attempts in a row that bring no further byte before the source counts as failed.
const FRUITLESS_ATTEMPTS: u32 = 3;
const PIECE_BYTES: usize = 256 * 1024;

/// Why the hub gave no weights.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("cannot reach {url}")]
    Reach {
        url: String,
        #[source]
        source: Box<ureq::Error>,
    },
    #[error("{url} answers {status}")]
    Status { url: String, status: u16 },
    #[error("{url} broke off after {done} of {wanted} bytes")]
    BrokenOff {
        url: String,
        done: u64,
        wanted: u64,
        #[source]
        source: Option<io::Error>,
    },
    #[error("{url} holds more than the recorded {wanted} bytes")]
    TooLong { url: String, wanted: u64 },
    #[error("{url} has the SHA-1 {found}, not the published {wanted}")]
    Hash { url: String, found: Sha1Hash, wanted: Sha1Hash },
    #[error("cannot use {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl HubError {
    /// Whether another attempt may go further.
    fn is_transient(&self) -> bool {
        match self {
            Self::Reach { .. } | Self::BrokenOff { .. } => true,
            Self::Status { status, .. } => *status >= 500,
            Self::TooLong { .. } | Self::Hash { .. } | Self::File { .. } => false,
        }
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> HubError {
    move |source| HubError::File { path: path.to_path_buf(), source }
}

/// The hub's file in `folder`: kept from an earlier fetch if its hash is right, else fetched from where that one ended.
pub(crate) fn obtain(
    hub: &HubFile,
    folder: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, HubError> {
    let kept = folder.join(hub.file_name());
    if kept.is_file() && check(hub, &kept).is_ok() {
        return Ok(kept);
    }
    let part = folder.join(format!("{}.part", hub.file_name()));
    let resumed = length(&part) > 0;
    let mut outcome = complete(hub, &part, progress);
    if resumed && matches!(outcome, Err(HubError::Hash { .. } | HubError::TooLong { .. })) {
        // What was kept may have been the wrong part: the whole file may still be right.
        outcome = complete(hub, &part, progress);
    }
    outcome?;
    fs::rename(&part, &kept).map_err(file_error(&kept))?;
    Ok(kept)
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn check(hub: &HubFile, path: &Path) -> Result<(), HubError> {
    let found = sha1_of_file(path).map_err(file_error(path))?;
    if found == hub.sha1 {
        return Ok(());
    }
    Err(HubError::Hash { url: hub.url.clone(), found, wanted: hub.sha1.clone() })
}

/// Brings the part to its full length and checks it; a part that turns out wrong is removed.
fn complete(hub: &HubFile, part: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), HubError> {
    let agent = agent(&hub.url);
    let (mut longest, mut fruitless) = (length(part), 0);
    while length(part) != hub.bytes {
        let Err(error) = attempt(&agent, hub, part, progress) else { continue };
        let now = length(part);
        fruitless = if now > longest { 0 } else { fruitless + 1 };
        longest = longest.max(now);
        if !error.is_transient() || fruitless >= FRUITLESS_ATTEMPTS {
            if matches!(error, HubError::TooLong { .. }) {
                fs::remove_file(part).map_err(file_error(part))?;
            }
            return Err(error);
        }
    }
    check(hub, part).inspect_err(|_| {
        // Should this fail, the next attempt finds the same wrong hash and removes it again.
        let _ = fs::remove_file(part);
    })
}

fn agent(url: &str) -> ureq::Agent {
    ureq::Agent::config_builder()
        .https_only(url.starts_with("https://"))
        .http_status_as_error(false)
        .max_redirects(5)
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(ANSWER_TIMEOUT))
        .timeout_recv_body(Some(BODY_TIMEOUT))
        .user_agent("earwitness")
        .build()
        .into()
}

/// One request from where the part ends; Ok when the part has its full length.
fn attempt(
    agent: &ureq::Agent,
    hub: &HubFile,
    part: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), HubError> {
    let url = || hub.url.clone();
    let have = length(part);
    if have > hub.bytes {
        return Err(HubError::TooLong { url: url(), wanted: hub.bytes });
    }
    let mut request = agent.get(&hub.url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call().map_err(|source| HubError::Reach { url: url(), source: Box::new(source) })?;
    let range = response.headers().get("content-range").and_then(|range| range.to_str().ok());
    let continued = range.is_some_and(|range| range.starts_with(&format!("bytes {have}-")));
    let file = match response.status().as_u16() {
        206 if continued => File::options().append(true).open(part),
        // The server does not resume: begin anew.
        200 => File::create(part),
        status => return Err(HubError::Status { url: url(), status }),
    };
    let file = file.map_err(file_error(part))?;
    let start = if response.status().as_u16() == 206 { have } else { 0 };
    copy(response.into_body().into_reader(), file, start, hub, part, progress)
}

fn copy(
    mut from: impl Read,
    mut to: File,
    start: u64,
    hub: &HubFile,
    part: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), HubError> {
    let broken_off = |done, source| HubError::BrokenOff { url: hub.url.clone(), done, wanted: hub.bytes, source };
    let mut piece = vec![0; PIECE_BYTES];
    let mut done = start;
    loop {
        let count = match from.read(&mut piece) {
            Ok(0) if done < hub.bytes => return Err(broken_off(done, None)),
            Ok(0) => return to.sync_all().map_err(file_error(part)),
            Ok(count) => count,
            Err(source) => return Err(broken_off(done, Some(source))),
        };
        done += count as u64;
        if done > hub.bytes {
            return Err(HubError::TooLong { url: hub.url.clone(), wanted: hub.bytes });
        }
        to.write_all(&piece[..count]).map_err(file_error(part))?;
        progress(Progress::Bytes { file: hub.file_name(), done, total: hub.bytes });
    }
}

#[cfg(test)]
mod tests;
