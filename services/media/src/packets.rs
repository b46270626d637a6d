//! Reads a container packet by packet and brings the sound of its audio track to the output, holes and trims included.

use std::io;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::errors::Error as DemuxError;
use symphonia::core::formats::{FormatReader, Track, TrackType};

use crate::codec::Codec;
use crate::guard::guarded;
use crate::link::Link;
use crate::output::Output;
use crate::source::{Container, Source};
use crate::{Cause, MediaError};

/// So many errors in a row without a packet, and the demuxer stands still.
const MAX_FAULTS: u32 = 10_000;

/// A container being read.
pub(crate) struct Packets {
    source: Source,
    link: Link,
    /// Demuxer errors since the last packet, and the first of them.
    faults: u32,
    damage: Option<Cause>,
}

impl Packets {
    pub(crate) fn open(source: Source) -> Result<Self, MediaError> {
        let link = open_link(&source, 0.0)?;
        Ok(Self { source, link, faults: 0, damage: None })
    }

    pub(crate) fn codec(&self) -> &Codec {
        &self.link.codec
    }

    pub(crate) fn declared_seconds(&self) -> Option<f64> {
        self.link.declared_seconds()
    }

    /// Reads one packet. False at the end.
    ///
    /// # Errors
    /// What follows cannot be read; what came before is in `out`.
    pub(crate) fn step(&mut self, out: &mut Output) -> Result<bool, MediaError> {
        self.source.budget.refill();
        let next = guarded("demuxer", || self.source.demuxer.next_packet())?;
        match next {
            Ok(Some(packet)) => {
                self.faults = 0;
                if packet.track_id == self.link.track {
                    let damage = self.damage.take();
                    self.link.take(&packet, damage, out)?;
                }
                Ok(true)
            }
            Ok(None) => self.end(true, out),
            Err(DemuxError::ResetRequired) => {
                // The next link of a chained Ogg stream: other headers, perhaps another rate.
                self.end(true, out)?;
                out.finish()?;
                self.link = open_link(&self.source, out.seconds())?;
                Ok(true)
            }
            Err(DemuxError::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => self.end(false, out),
            Err(DemuxError::IoError(e)) => Err(unreadable(out, e.into())),
            Err(error) => {
                self.faults += 1;
                if self.faults > MAX_FAULTS {
                    return Err(unreadable(out, error.into()));
                }
                self.damage.get_or_insert_with(|| error.into());
                Ok(true)
            }
        }
    }

    fn end(&mut self, is_proper: bool, out: &mut Output) -> Result<bool, MediaError> {
        if let Some(damage) = self.damage.take() {
            self.link.lose(0, damage, out)?;
        }
        // Where frames are counted in no header, only these containers mark their end.
        let has_end_mark = matches!(self.source.container, Container::Ogg | Container::Adts | Container::Mp4);
        self.link.end(is_proper || !has_end_mark, out)?;
        Ok(false)
    }
}

fn unreadable(out: &Output, source: Cause) -> MediaError {
    MediaError::Unreadable { seconds: out.seconds(), source }
}

/// Opens the audio track to read: the default one, or else the first that can be decoded.
fn open_link(source: &Source, begins_seconds: f64) -> Result<Link, MediaError> {
    let demuxer = source.demuxer.as_ref();
    let mut first_error = None;
    for track in audio_tracks(demuxer) {
        let Some(CodecParameters::Audio(params)) = &track.codec_params else { continue };
        match Codec::open(params) {
            Ok(codec) => return Ok(Link::new(source, track, params, codec, begins_seconds)),
            Err(e) => first_error = first_error.or(Some(e)),
        }
    }
    Err(first_error.unwrap_or(MediaError::NoAudioTrack { format: source.container.name() }))
}

/// All audio tracks, the default one first.
fn audio_tracks(demuxer: &dyn FormatReader) -> Vec<&Track> {
    let default = demuxer.default_track(TrackType::Audio).map(|track| track.id);
    let mut tracks: Vec<&Track> =
        demuxer.tracks().iter().filter(|track| track.track_type() == Some(TrackType::Audio)).collect();
    tracks.sort_by_key(|track| Some(track.id) != default);
    tracks
}
