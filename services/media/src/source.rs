//! From bytes to a demuxer: what is no sound is refused, the header is mended, and reading is bounded.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::errors::Error as DemuxError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known as formats;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use crate::guard::guarded;
use crate::mp4::{self, Edit};
use crate::riff::{self, WavLength};
use crate::sniff::{self, Looks};
use crate::{MediaError, Reader};

/// Enough for every signature and for the header of any common WAV file; a live stream waits for it, so no more.
const HEAD_BYTES: u64 = 4096;

/// A demuxer may read this much for one packet or one header: the bound on its memory and on its search for sound.
const BUDGET_BYTES: u64 = 64 << 20;

/// The container a source came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Wav,
    Flac,
    Mp3,
    Adts,
    Mp4,
    Ogg,
    Matroska,
}

impl Container {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::Adts => "AAC (ADTS)",
            Self::Mp4 => "MP4/M4A",
            Self::Ogg => "Ogg",
            Self::Matroska => "WebM/Matroska",
        }
    }
}

/// An opened container, before a track is chosen.
pub(crate) struct Source {
    pub(crate) demuxer: Box<dyn FormatReader>,
    pub(crate) container: Container,
    pub(crate) budget: Budget,
    /// Only of WAV.
    pub(crate) wav: Option<WavLength>,
    /// Only of MP4 files, where the source can seek.
    pub(crate) edits: Vec<Edit>,
}

impl Source {
    pub(crate) fn from_file(mut file: File) -> Result<Self, MediaError> {
        let head = read_head(&mut file)?;
        let is_regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
        if !is_regular || !sniff::wants_seeking(&head) {
            return Self::from_parts(head, Vec::new(), Box::new(file));
        }
        refuse_other_things(&head)?;
        let layout = mp4::layout(&mut file);
        if layout.is_streamable {
            file.seek(SeekFrom::Start(head.len() as u64)).map_err(first_read_failed)?;
            return Self::from_parts(head, layout.edits, Box::new(file));
        }
        file.seek(SeekFrom::Start(0)).map_err(first_read_failed)?;
        Self::demux(Bytes::File(file), &head, None, layout.edits)
    }

    pub(crate) fn from_reader(mut reader: Reader) -> Result<Self, MediaError> {
        let head = read_head(&mut reader)?;
        Self::from_parts(head, Vec::new(), reader)
    }

    fn from_parts(mut head: Vec<u8>, edits: Vec<Edit>, rest: Reader) -> Result<Self, MediaError> {
        refuse_other_things(&head)?;
        let wav = riff::mend(&mut head);
        let end = wav.as_ref().and_then(|wav| wav.end).unwrap_or(u64::MAX);
        let whole = io::Cursor::new(head.clone()).chain(rest).take(end);
        Self::demux(Bytes::Stream(Box::new(whole)), &head, wav, edits)
    }

    fn demux(bytes: Bytes, head: &[u8], wav: Option<WavLength>, edits: Vec<Edit>) -> Result<Self, MediaError> {
        let budget = Budget::default();
        budget.refill();
        let metered = Metered { bytes, budget: budget.clone() };
        let stream = MediaSourceStream::new(Box::new(metered), MediaSourceStreamOptions::default());
        let (formats, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let demuxer =
            guarded("demuxer", || symphonia::default::get_probe().probe(&Hint::new(), stream, formats, metadata))?
                .map_err(|e| header_error(head, e))?;
        let container = match demuxer.format_info().format {
            formats::FORMAT_ID_WAVE => Container::Wav,
            formats::FORMAT_ID_FLAC => Container::Flac,
            formats::FORMAT_ID_MP3 => Container::Mp3,
            formats::FORMAT_ID_ADTS => Container::Adts,
            formats::FORMAT_ID_ISOMP4 => Container::Mp4,
            formats::FORMAT_ID_OGG => Container::Ogg,
            formats::FORMAT_ID_MKV => Container::Matroska,
            _ => return Err(MediaError::UnsupportedFormat { format: demuxer.format_info().long_name }),
        };
        Ok(Self { demuxer, container, budget, wav, edits })
    }
}

fn read_head(reader: &mut impl Read) -> Result<Vec<u8>, MediaError> {
    let mut head = Vec::new();
    reader.take(HEAD_BYTES).read_to_end(&mut head).map_err(first_read_failed)?;
    if head.is_empty() { Err(MediaError::Empty) } else { Ok(head) }
}

fn first_read_failed(source: io::Error) -> MediaError {
    MediaError::Unreadable { seconds: 0.0, source: source.into() }
}

fn refuse_other_things(head: &[u8]) -> Result<(), MediaError> {
    match sniff::looks_like(head) {
        Looks::NotSound(looks_like) => Err(MediaError::NotSound { looks_like }),
        Looks::Unsupported(format) => Err(MediaError::UnsupportedFormat { format }),
        Looks::Readable(_) | Looks::Unknown => Ok(()),
    }
}

fn header_error(head: &[u8], error: DemuxError) -> MediaError {
    let ends_early = matches!(&error, DemuxError::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof);
    match sniff::looks_like(head) {
        Looks::Readable(_) if ends_early => MediaError::Truncated { seconds: 0.0, declared_seconds: None },
        Looks::Readable(format) => MediaError::Header { format, source: error.into() },
        Looks::Unsupported(_) | Looks::NotSound(_) | Looks::Unknown => {
            MediaError::NotSound { looks_like: "no known signature, and no frames of MP3 or AAC in it" }
        }
    }
}

/// How many bytes may still be read before the next packet must be there.
#[derive(Clone, Default)]
pub(crate) struct Budget(Arc<AtomicU64>);

impl Budget {
    pub(crate) fn refill(&self) {
        self.0.store(BUDGET_BYTES, Ordering::Relaxed);
    }

    fn spend(&self, bytes: u64) {
        // One thread reads and refills: the decoder's.
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(bytes), Ordering::Relaxed);
    }

    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

enum Bytes {
    File(File),
    Stream(Reader),
}

struct Metered {
    bytes: Bytes,
    budget: Budget,
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.budget.is_spent() {
            return Err(io::Error::other("64 MiB without a packet of sound"));
        }
        loop {
            let read = match &mut self.bytes {
                Bytes::File(file) => file.read(into),
                Bytes::Stream(stream) => stream.read(into),
            };
            match read {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Ok(count) => {
                    self.budget.spend(count as u64);
                    return Ok(count);
                }
                Err(e) => return Err(e),
            }
        }
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.bytes {
            Bytes::File(file) => file.seek(to),
            Bytes::Stream(_) => Err(io::Error::from(io::ErrorKind::NotSeekable)),
        }
    }
}

impl MediaSource for Metered {
    fn is_seekable(&self) -> bool {
        matches!(self.bytes, Bytes::File(_))
    }

    fn byte_len(&self) -> Option<u64> {
        match &self.bytes {
            Bytes::File(file) => file.metadata().ok().map(|metadata| metadata.len()),
            Bytes::Stream(_) => None,
        }
    }
}
