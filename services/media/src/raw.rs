//! Samples without a header: signed 16 bit, little endian, channels interleaved.

use std::io::{self, Read as _};

use symphonia::core::audio::Channels;

use crate::output::Output;
use crate::{MediaError, Reader, downmix};

/// Read at once, rounded down to whole frames.
const BLOCK_BYTES: usize = 8192;

pub(crate) struct Raw {
    reader: Reader,
    sample_rate_hz: u32,
    /// One a channel.
    weights: Vec<f32>,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    /// Read, but not a whole frame yet.
    rest: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(reader: Reader, sample_rate_hz: u32, channels: u16) -> Self {
        let weights = downmix::weights(&Channels::Discrete(channels));
        Self { reader, sample_rate_hz, weights, interleaved: Vec::new(), mono: Vec::new(), rest: Vec::new() }
    }

    /// Reads one block. False at the end.
    ///
    /// # Errors
    /// Reading failed, or the source ends inside a frame.
    pub(crate) fn step(&mut self, out: &mut Output) -> Result<bool, MediaError> {
        let begun = self.rest.len();
        self.rest.resize(BLOCK_BYTES, 0);
        let read = loop {
            match self.reader.read(&mut self.rest[begun..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(MediaError::Unreadable { seconds: out.seconds(), source: e.into() }),
                Ok(read) => break read,
            }
        };
        self.rest.truncate(begun + read);
        if read == 0 {
            let seconds = out.seconds();
            let is_whole = self.rest.is_empty();
            return if is_whole { Ok(false) } else { Err(MediaError::Truncated { seconds, declared_seconds: None }) };
        }
        let whole = self.rest.len() - self.rest.len() % (2 * self.weights.len());
        let (samples, _) = self.rest[..whole].as_chunks::<2>();
        self.interleaved.clear();
        self.interleaved.extend(samples.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0));
        self.mono.clear();
        downmix::mix(&self.interleaved, &self.weights, &mut self.mono);
        self.rest.drain(..whole);
        out.push(&self.mono, self.sample_rate_hz, self.mono.len() as u64, self.sample_rate_hz)?;
        Ok(true)
    }
}
