//! Frames between the service and its recogniser process: a JSON header and raw little-endian numbers.
//!
//! `version (1 byte) | header length (u32 LE) | body length (u32 LE) | header (JSON) | body`. One question at a time,
//! one answer each. Both ends come from the same binary, so another version can only mean a broken pipe or program.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::engine::EngineError;
use crate::hearing::{Hearing, Library, MAX_WINDOW, Models, Request};

const VERSION: u8 = 1;
/// Bytes before the header.
pub(crate) const PREFIX: usize = 9;
const MOST_HEADER: usize = 1 << 20;
/// The longest window, two bytes a sample.
const MOST_BODY: usize = 2 * MAX_WINDOW;

/// From the service to the process.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Question<'a> {
    /// Always the first.
    Load { models: Cow<'a, Models> },
    /// Body: the window.
    Gate,
    /// Body: the span.
    Hear { request: Cow<'a, Request> },
}

/// From the process to the service.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Not the last answer to `Load`: this file is opened next.
    Loading { file: PathBuf },
    /// To `Load`.
    Ready { library: Library },
    /// To `Gate`. Body: one f32 a frame.
    Probabilities,
    /// To `Hear`.
    Heard { hearing: Hearing },
    /// To any.
    Failed { failure: Failure },
}

/// An [`EngineError`] as far as the service must tell one from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// The whole chain of causes.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureKind {
    Load,
    Refused,
    Deadline,
    Decode,
}

impl From<&EngineError> for Failure {
    fn from(error: &EngineError) -> Self {
        let kind = match error {
            EngineError::Unreadable { .. } | EngineError::Unusable { .. } | EngineError::Models(_) => FailureKind::Load,
            EngineError::Refused(_) => FailureKind::Refused,
            EngineError::Deadline { .. } | EngineError::Stopped => FailureKind::Deadline,
            EngineError::Whisper { .. } => FailureKind::Decode,
        };
        let mut text = error.to_string();
        if let Some(source) = std::error::Error::source(error) {
            text = format!("{text}: {source}");
        }
        Self { kind, text }
    }
}

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProtocolError {
    #[error("the pipe to the other process broke")]
    Pipe(#[from] io::Error),
    #[error("a frame of protocol version {0} came, not {VERSION}")]
    Version(u8),
    #[error("a frame of {header} + {body} bytes is more than the protocol allows")]
    TooLong { header: usize, body: usize },
    #[error("a body of {0} bytes is no whole number of values")]
    OddBody(usize),
    #[error("the frame's header is not understood")]
    Header(#[source] serde_json::Error),
}

/// The lengths of header and body, from a frame's first [`PREFIX`] bytes.
pub(crate) fn lengths(prefix: [u8; PREFIX]) -> Result<(usize, usize), ProtocolError> {
    let [version, h0, h1, h2, h3, b0, b1, b2, b3] = prefix;
    if version != VERSION {
        return Err(ProtocolError::Version(version));
    }
    let length = |bytes| usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX);
    within_limits(length([h0, h1, h2, h3]), length([b0, b1, b2, b3]))
}

fn within_limits(header: usize, body: usize) -> Result<(usize, usize), ProtocolError> {
    if header > MOST_HEADER || body > MOST_BODY {
        return Err(ProtocolError::TooLong { header, body });
    }
    Ok((header, body))
}

/// One frame as bytes.
pub(crate) fn encode(header: &impl Serialize, body: &[u8]) -> Result<Vec<u8>, ProtocolError> {
    let header = serde_json::to_vec(header).map_err(ProtocolError::Header)?;
    within_limits(header.len(), body.len())?;
    let too_long = |_| ProtocolError::TooLong { header: header.len(), body: body.len() };
    let mut frame = Vec::with_capacity(PREFIX + header.len() + body.len());
    frame.push(VERSION);
    frame.extend(u32::try_from(header.len()).map_err(too_long)?.to_le_bytes());
    frame.extend(u32::try_from(body.len()).map_err(too_long)?.to_le_bytes());
    frame.extend(&header);
    frame.extend(body);
    Ok(frame)
}

/// A header's JSON.
pub(crate) fn parse<T: DeserializeOwned>(header: &[u8]) -> Result<T, ProtocolError> {
    serde_json::from_slice(header).map_err(ProtocolError::Header)
}

/// Writes one frame and flushes it.
pub(crate) fn write(to: &mut impl Write, header: &impl Serialize, body: &[u8]) -> Result<(), ProtocolError> {
    to.write_all(&encode(header, body)?)?;
    Ok(to.flush()?)
}

/// Reads one frame; `None` when the other end closed the pipe between frames.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<(T, Vec<u8>)>, ProtocolError> {
    let mut prefix = [0; PREFIX];
    let Some((first, rest)) = prefix.split_first_mut() else { return Ok(None) };
    if from.read(std::slice::from_mut(first))? == 0 {
        return Ok(None);
    }
    from.read_exact(rest)?;
    let (header_length, body_length) = lengths(prefix)?;
    let mut header = vec![0; header_length];
    from.read_exact(&mut header)?;
    let mut body = vec![0; body_length];
    from.read_exact(&mut body)?;
    Ok(Some((parse(&header)?, body)))
}

/// Samples as a body.
pub(crate) fn pcm_to_bytes(pcm: &[i16]) -> Vec<u8> {
    pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Samples from a body.
pub(crate) fn pcm_from_bytes(body: &[u8]) -> Result<Vec<i16>, ProtocolError> {
    let (pairs, []) = body.as_chunks::<2>() else { return Err(ProtocolError::OddBody(body.len())) };
    Ok(pairs.iter().map(|&pair| i16::from_le_bytes(pair)).collect())
}

/// Probabilities as a body.
pub(crate) fn f32_to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Probabilities from a body.
pub(crate) fn f32_from_bytes(body: &[u8]) -> Result<Vec<f32>, ProtocolError> {
    let (values, []) = body.as_chunks::<4>() else { return Err(ProtocolError::OddBody(body.len())) };
    Ok(values.iter().map(|&value| f32::from_le_bytes(value)).collect())
}

#[cfg(test)]
mod tests;
