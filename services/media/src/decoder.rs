//! The decoder as its users see it: open a source, pull blocks.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::codec::{CHANNELS, SAMPLE_RATES_HZ, check};
use crate::output::Output;
use crate::packets::Packets;
use crate::raw::Raw;
use crate::source::Source;
use crate::{Block, MediaError};

/// Where bytes come from, when not from a file.
pub type Reader = Box<dyn Read + Send + Sync>;

/// What a source says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceInfo {
    /// Short name: `pcm_s16le`, `flac`, `mp3`, `aac`, `vorbis`, `opus`, …
    pub codec: String,
    /// Before resampling; of Opus always 48000.
    pub sample_rate_hz: u32,
    /// Before mixing down.
    pub channels: u16,
    /// Length where a header declares it. Neither an estimate nor a promise: see [`MediaError::Truncated`].
    pub seconds: Option<f64>,
}

/// A source of sound on its way to 16 kHz mono.
///
/// Memory does not grow with the length of the source. All work happens in the caller's thread, in
/// [`next_block`](Self::next_block), which blocks while the source does.
pub struct Decoder {
    info: SourceInfo,
    input: Input,
    output: Output,
    end: End,
}

enum Input {
    Packets(Box<Packets>),
    Raw(Raw),
}

enum End {
    NotYet,
    /// Still to be told after the last block.
    Reached(Option<MediaError>),
    Told,
}

impl Decoder {
    /// Opens a file of any format and reads up to its first sound.
    ///
    /// # Errors
    /// Every [`MediaError`] but those of [`Block::Lost`]: nothing in the file can be decoded.
    pub fn open_file(path: &Path) -> Result<Self, MediaError> {
        let open_error = |source| MediaError::Open { path: path.to_owned(), source };
        let file = File::open(path).map_err(open_error)?;
        if file.metadata().map_err(open_error)?.is_dir() {
            return Err(MediaError::Folder { path: path.to_owned() });
        }
        Self::from_source(Source::from_file(file)?)
    }

    /// Opens what comes through a pipe or a socket, of any format, and reads up to its first sound.
    ///
    /// Without seeking, an M4A file whose index stands at the end cannot be read, AAC priming stays in front of M4A (about
    /// 50 ms), and [`SourceInfo::seconds`] of Ogg is not known.
    ///
    /// # Errors
    /// As of [`open_file`](Self::open_file).
    pub fn open_stream(reader: Reader) -> Result<Self, MediaError> {
        Self::from_source(Source::from_reader(reader)?)
    }

    /// Opens samples without a header, signed 16 bit little endian, and waits for the first of them.
    ///
    /// # Errors
    /// [`MediaError::BadParameter`] for a rate outside 1000 to 768000 Hz or channels outside 1 to 32, and as of
    /// [`open_file`](Self::open_file).
    pub fn open_raw(reader: Reader, sample_rate_hz: u32, channels: u16) -> Result<Self, MediaError> {
        check("the sample rate", u64::from(sample_rate_hz), SAMPLE_RATES_HZ)?;
        check("the number of channels", u64::from(channels), CHANNELS)?;
        let info = SourceInfo { codec: "pcm_s16le".to_owned(), sample_rate_hz, channels, seconds: None };
        Self::primed(info, Input::Raw(Raw::new(reader, sample_rate_hz, channels)))
    }

    /// What the source says of itself.
    pub fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// The next stretch of sound, or of lost sound; `None` at a proper end. Blocks are never empty, their lengths vary.
    ///
    /// # Errors
    /// The rest of the source cannot be read, and everything before it was handed over. After that, `None`.
    pub fn next_block(&mut self) -> Result<Option<Block>, MediaError> {
        loop {
            if let Some(block) = self.output.next_block() {
                return Ok(Some(block));
            }
            match &mut self.end {
                End::NotYet => self.step(),
                End::Reached(error) => {
                    let error = error.take();
                    self.end = End::Told;
                    return error.map_or(Ok(None), Err);
                }
                End::Told => return Ok(None),
            }
        }
    }

    fn from_source(source: Source) -> Result<Self, MediaError> {
        let packets = Packets::open(source)?;
        let codec = packets.codec();
        let info = SourceInfo {
            codec: codec.name.clone(),
            sample_rate_hz: codec.frame_rate_hz,
            channels: codec.channels,
            seconds: packets.declared_seconds(),
        };
        Self::primed(info, Input::Packets(Box::new(packets)))
    }

    /// Reads up to the first block, so that a source without sound fails here.
    fn primed(info: SourceInfo, input: Input) -> Result<Self, MediaError> {
        let mut decoder = Self { info, input, output: Output::default(), end: End::NotYet };
        while !decoder.output.has_blocks() {
            match decoder.end {
                End::NotYet => decoder.step(),
                End::Reached(Some(error)) => return Err(error),
                End::Reached(None) | End::Told => return Err(MediaError::NoSound { codec: decoder.info.codec }),
            }
        }
        Ok(decoder)
    }

    fn step(&mut self) {
        let more = match &mut self.input {
            Input::Packets(packets) => packets.step(&mut self.output),
            Input::Raw(raw) => raw.step(&mut self.output),
        };
        let error = match more {
            Ok(true) => return,
            Ok(false) => None,
            Err(error) => Some(error),
        };
        // What is still in the resampler was read before the end, however it came.
        let flushed = self.output.finish().err();
        self.end = End::Reached(error.or(flushed));
    }
}

/// A decoder may be moved to the thread that reads it.
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Decoder>();
};
