//! One audio track from its first to its last packet: what of it is sound, what is padding, what is missing.
//!
//! Padding is what a header asks to drop: the encoder's priming in front, the filling of the last packet behind. The
//! claim in front is believed up to 2 s, the claim behind only if nothing follows: otherwise a wrong or malicious header
//! could hide any stretch of sound.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::formats::Track;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use crate::codec::Codec;
use crate::output::Output;
use crate::source::{Container, Source};
use crate::stamps::{Place, Stamps};
use crate::{Cause, MediaError};

/// The most that is held back as padding at the end. Encoders fill up packets: one and a half of 8192 frames at most.
const MAX_PADDING_FRAMES: u64 = 12_288;
/// A longer claim in front is a cut of the recording, not priming: what was cut is still in the file, and is heard.
const MAX_PRIMING_SECONDS: u64 = 2;
/// Matroska rounds time stamps to 1 ms, and live recorders stamp by the wall clock.
const MATROSKA_TOLERANCE_MS: u32 = 100;
/// Others count frames; a jump under the shortest usual packet cannot be a lost one.
const TOLERANCE_MS: u32 = 10;

/// A track being read, or one link of a chained Ogg stream.
pub(crate) struct Link {
    pub(crate) track: u32,
    pub(crate) codec: Codec,
    /// `None` where the demuxer makes the stamps up.
    stamps: Option<Stamps>,
    base: Option<TimeBase>,
    /// Of the packet before.
    usual_frames: u64,
    /// Frames still to drop in front.
    skip: u64,
    /// The first packet of Vorbis only fills the overlap (Vorbis I, 4.3.8). In Ogg the demuxer says so, elsewhere we do.
    is_first_silent: bool,
    /// Frame behind the last one that is meant to be heard, where an edit list says so.
    heard_end: Option<u64>,
    /// Frames read, heard or not.
    position: u64,
    padding: Padding,
    container: Container,
    /// Frames that the header promises, padding not counted.
    declared: Option<u64>,
    /// Frames delivered or known to be lost.
    read: u64,
    begins_seconds: f64,
}

/// Of decoded samples, and of the source frames that they stand for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Rates {
    sample_hz: u32,
    frame_hz: u32,
}

/// Sound held back because a header calls it padding.
#[derive(Default)]
struct Padding {
    samples: Vec<f32>,
    rates: Rates,
    frames: u64,
    /// Set once sound followed what was called padding.
    is_disproved: bool,
}

impl Link {
    pub(crate) fn new(
        source: &Source,
        track: &Track,
        params: &AudioCodecParameters,
        codec: Codec,
        begins_seconds: f64,
    ) -> Self {
        let rate = codec.frame_rate_hz;
        let container = source.container;
        let tolerance = if container == Container::Matroska { MATROSKA_TOLERANCE_MS } else { TOLERANCE_MS };
        let has_stamps = !matches!(container, Container::Wav | Container::Mp3 | Container::Adts);
        let edit = source.edits.iter().find(|edit| edit.track == track.id);
        let frames = |ticks: u64| edit.map(|edit| scale(ticks, u64::from(rate), u64::from(edit.timescale)));
        let priming = edit.and_then(|edit| frames(edit.first)).unwrap_or_else(|| Codec::pre_skip(params));
        let skip = if priming <= MAX_PRIMING_SECONDS * u64::from(rate) { priming } else { 0 };
        let total = declared_frames(source, track, u64::from(rate));
        // The table of packet lengths ends exactly where the sound does; an edit may end before it.
        let table_end = total.filter(|_| container == Container::Mp4);
        let edit_end = edit.and_then(|edit| edit.end).and_then(frames);
        let heard_end = [table_end, edit_end].into_iter().flatten().min();
        Self {
            track: track.id,
            stamps: track.time_base.filter(|_| has_stamps).map(|base| Stamps::new(base, rate, tolerance)),
            base: track.time_base,
            usual_frames: 0,
            skip,
            is_first_silent: params.codec == CODEC_ID_VORBIS && container != Container::Ogg,
            heard_end,
            position: 0,
            padding: Padding::default(),
            declared: total.map(|total| heard_end.map_or(total, |end| total.min(end)).saturating_sub(priming)),
            container,
            read: 0,
            begins_seconds,
            codec,
        }
    }

    pub(crate) fn declared_seconds(&self) -> Option<f64> {
        self.declared.map(|frames| self.begins_seconds + frames as f64 / f64::from(self.codec.frame_rate_hz))
    }

    /// Takes the next packet of this track; `damage` is what the demuxer stumbled over before it.
    pub(crate) fn take(&mut self, packet: &Packet, damage: Option<Cause>, out: &mut Output) -> Result<(), MediaError> {
        let place = self.stamps.as_mut().map_or(Place::Follows, |stamps| stamps.place(packet.pts.get()));
        if let Place::BehindHole(frames) = place {
            self.position += frames;
        }
        match (place, damage) {
            (Place::BehindHole(frames), None) => {
                let codec = self.codec.name.clone();
                self.lose_because(frames, MediaError::Missing { codec }, out)?;
            }
            (Place::BehindHole(frames), Some(damage)) => self.lose(frames, damage, out)?,
            (Place::Jumps(frames), _) => {
                let seconds = frames as f64 / f64::from(self.codec.frame_rate_hz);
                self.lose_because(0, MediaError::TimeJump { seconds }, out)?;
            }
            (Place::Follows, Some(damage)) => self.lose(0, damage, out)?,
            (Place::Follows, None) => {}
        }
        let decoded = match self.codec.decode(packet) {
            Ok(decoded) => decoded,
            Err(cause) => {
                let frames = self.lost_frames(packet);
                self.advance(frames);
                return self.lose(frames, cause, out);
            }
        };
        let per_sample = u64::from(decoded.frames_per_sample);
        let rates =
            Rates { sample_hz: decoded.sample_rate_hz, frame_hz: decoded.sample_rate_hz * decoded.frames_per_sample };
        let samples = decoded.mono.to_vec();
        let frames = samples.len() as u64 * per_sample;
        self.advance(frames);
        self.usual_frames = frames;
        let skipped = if std::mem::take(&mut self.is_first_silent) {
            frames
        } else {
            let by_packet = packet.trim_start.get().min(frames);
            let by_header = self.skip.min(frames - by_packet);
            self.skip -= by_header;
            by_packet + by_header
        };
        let padding = self.padding_claimed(packet).min(frames - skipped);

        let is_all_padding = padding == frames - skipped;
        if self.padding.frames > 0 && !is_all_padding {
            self.disprove_padding(out)?;
        }
        let heard_end = if self.padding.is_disproved { frames } else { frames - padding };
        let cut = |frame: u64| usize::try_from(frame / per_sample).unwrap_or(usize::MAX).min(samples.len());
        let (first, end) = (cut(skipped.next_multiple_of(per_sample)), cut(heard_end));
        self.deliver(&samples[first.min(end)..end], rates, heard_end - skipped, out)?;
        self.hold(&samples[end..], rates, frames - heard_end, out)
    }

    /// Notes that `frames` are lost to damage; 0 when their number is not known.
    pub(crate) fn lose(&mut self, frames: u64, cause: Cause, out: &mut Output) -> Result<(), MediaError> {
        let codec = self.codec.name.clone();
        self.lose_because(frames, MediaError::Damaged { codec, source: cause }, out)
    }

    /// Ends the track, dropping what was held back.
    ///
    /// # Errors
    /// [`MediaError::Truncated`] when the header promised more, or when the end mark is missing.
    pub(crate) fn end(&mut self, is_proper: bool, out: &mut Output) -> Result<(), MediaError> {
        self.padding = Padding::default();
        let slack = match self.container {
            Container::Wav | Container::Flac => 0,
            Container::Matroska => u64::from(self.codec.frame_rate_hz * MATROSKA_TOLERANCE_MS / 1000),
            // Some encoders count their header as a packet.
            Container::Mp3 | Container::Adts | Container::Mp4 | Container::Ogg => self.usual_frames,
        };
        let is_short = self.declared.map_or(!is_proper, |declared| declared.saturating_sub(self.read) > slack);
        if is_short {
            out.finish()?;
            return Err(MediaError::Truncated { seconds: out.seconds(), declared_seconds: self.declared_seconds() });
        }
        Ok(())
    }

    fn lose_because(&mut self, frames: u64, why: MediaError, out: &mut Output) -> Result<(), MediaError> {
        if self.padding.frames > 0 {
            self.disprove_padding(out)?;
        }
        let skipped = self.skip.min(frames);
        self.skip -= skipped;
        self.read += frames - skipped;
        out.lose(frames - skipped, self.codec.frame_rate_hz, why)
    }

    /// Length of a packet that could not be decoded: what it says itself, else its container, else the one before.
    fn lost_frames(&self, packet: &Packet) -> u64 {
        let own = self.codec.packet_frames(packet);
        let ticks = if packet.trim_end.is_zero() { packet.block_dur().get() } else { 0 };
        let rate = u64::from(self.codec.frame_rate_hz);
        let stamped = self.base.map_or(0, |base| in_frames(ticks, base, rate));
        // No packet of any codec is longer than a second.
        [own, stamped].into_iter().find(|frames| (1..=rate).contains(frames)).unwrap_or(self.usual_frames)
    }

    fn advance(&mut self, frames: u64) {
        self.position += frames;
        if let Some(stamps) = &mut self.stamps {
            stamps.advance(frames);
        }
    }

    /// Frames at the end of the packet just read that should not be heard.
    fn padding_claimed(&self, packet: &Packet) -> u64 {
        let behind = self.heard_end.map_or(0, |end| self.position.saturating_sub(end));
        packet.trim_end.get().max(behind)
    }

    fn deliver(&mut self, samples: &[f32], rates: Rates, frames: u64, out: &mut Output) -> Result<(), MediaError> {
        self.read += frames;
        out.push(samples, rates.sample_hz, frames, rates.frame_hz)
    }

    fn hold(&mut self, samples: &[f32], rates: Rates, frames: u64, out: &mut Output) -> Result<(), MediaError> {
        if frames == 0 {
            return Ok(());
        }
        if self.padding.frames > 0 && self.padding.rates != rates {
            self.disprove_padding(out)?;
        }
        self.padding.samples.extend_from_slice(samples);
        self.padding.rates = rates;
        self.padding.frames += frames;
        if self.padding.frames > MAX_PADDING_FRAMES {
            self.disprove_padding(out)?;
        }
        Ok(())
    }

    fn disprove_padding(&mut self, out: &mut Output) -> Result<(), MediaError> {
        let held = std::mem::take(&mut self.padding);
        self.padding.is_disproved = true;
        self.deliver(&held.samples, held.rates, held.frames, out)
    }
}

/// Frames that the header promises, priming included, padding not; `None` where it only guesses.
fn declared_frames(source: &Source, track: &Track, rate: u64) -> Option<u64> {
    match source.container {
        Container::Adts => None,
        Container::Wav => match &source.wav {
            Some(wav) if wav.is_declared => track.num_frames,
            _ => None,
        },
        Container::Flac | Container::Mp3 => track.num_frames.filter(|frames| *frames > 0),
        Container::Ogg => {
            // The last position; a stream cut from a broadcast does not begin at 0.
            let begins = u64::try_from(track.start_ts.get()).unwrap_or(0);
            track.num_frames.map(|end| end.saturating_sub(begins)).filter(|frames| *frames > 0)
        }
        Container::Mp4 => {
            let duration = in_frames(track.duration?.get(), track.time_base?, rate);
            Some(duration).filter(|frames| *frames > 0)
        }
        Container::Matroska => {
            // The duration is that of the longest track.
            let info = source.demuxer.media_info();
            let duration = in_frames(info.duration?.get(), info.time_base?, rate);
            Some(duration).filter(|frames| *frames > 0 && source.demuxer.tracks().len() == 1)
        }
    }
}

fn in_frames(ticks: u64, base: TimeBase, rate: u64) -> u64 {
    scale(ticks, u64::from(base.numer.get()) * rate, u64::from(base.denom.get()))
}

/// `value × to / from`, to the nearest.
fn scale(value: u64, to: u64, from: u64) -> u64 {
    let from = u128::from(from.max(1));
    u64::try_from((u128::from(value) * u128::from(to) + from / 2) / from).unwrap_or(u64::MAX)
}
