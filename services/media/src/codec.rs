//! One audio track's decoder: packets in, mono samples out.

use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_MP3, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known,
};
use symphonia::core::packet::Packet;

use crate::guard::guarded;
use crate::opus::{self, Opus};
use crate::{Cause, MediaError, SAMPLE_RATE_HZ, downmix};

/// Rates and channel counts outside are a broken header, not sound.
pub(crate) const SAMPLE_RATES_HZ: (u64, u64) = (1_000, 768_000);
pub(crate) const CHANNELS: (u64, u64) = (1, 32);

/// A decoder and its last output.
pub(crate) struct Codec {
    engine: Engine,
    pub(crate) name: String,
    pub(crate) channels: u16,
    /// Of the frames in which time stamps, trims and lengths are counted.
    pub(crate) frame_rate_hz: u32,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
}

enum Engine {
    Symphonia {
        decoder: Box<dyn AudioDecoder>,
        params: Box<AudioCodecParameters>,
        /// Of MP3: what its decoder was made for.
        mp3_kind: Option<Mp3Kind>,
    },
    Opus(Opus),
}

/// Version, sample rate and number of channels in the header of an MP3 frame (ISO/IEC 11172-3, 2.4.1.3).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mp3Kind([u8; 2], bool);

impl Mp3Kind {
    fn of(frame: &[u8]) -> Option<Self> {
        const MONO: u8 = 0b11;
        let [_, version, rate, mode] = *frame.first_chunk()?;
        Some(Self([version & 0b0001_1000, rate & 0b0000_1100], mode >> 6 == MONO))
    }
}

/// What one packet decoded to.
pub(crate) struct Decoded<'a> {
    pub(crate) mono: &'a [f32],
    pub(crate) sample_rate_hz: u32,
    /// Source frames a sample: 1, or 3 where the decoder already went from 48 to 16 kHz.
    pub(crate) frames_per_sample: u32,
}

impl Codec {
    /// # Errors
    /// [`MediaError::UnsupportedCodec`] names the codec; [`MediaError::BadParameter`] the rate or the channel count.
    pub(crate) fn open(params: &AudioCodecParameters) -> Result<Self, MediaError> {
        let name = name(params.codec);
        let unsupported = |source: Cause| MediaError::UnsupportedCodec { codec: name.clone(), source };
        if params.codec == CODEC_ID_OPUS {
            let head = opus::Head::parse(params.extra_data.as_deref().unwrap_or_default()).map_err(unsupported)?;
            let engine = Engine::Opus(Opus::new(head).map_err(unsupported)?);
            return Ok(Self::new(engine, name, u16::from(head.channels), opus::FRAME_RATE_HZ));
        }
        let params = Box::new(without_high_band(params));
        let decoder = make(&params).map_err(unsupported)?;
        // The decoder may know better than the container.
        let known = decoder.codec_params();
        let rate = known.sample_rate.or(params.sample_rate).unwrap_or_default();
        let channels =
            known.channels.as_ref().or(params.channels.as_ref()).map_or(0, |channels| channels.count() as u64);
        check("the sample rate", u64::from(rate), SAMPLE_RATES_HZ)?;
        check("the number of channels", channels, CHANNELS)?;
        let channels = u16::try_from(channels).unwrap_or(u16::MAX);
        Ok(Self::new(Engine::Symphonia { decoder, params, mp3_kind: None }, name, channels, rate))
    }

    fn new(engine: Engine, name: String, channels: u16, frame_rate_hz: u32) -> Self {
        Self { engine, name, channels, frame_rate_hz, interleaved: Vec::new(), mono: Vec::new() }
    }

    /// Frames before the sound that the codec's own header asks to drop.
    pub(crate) fn pre_skip(params: &AudioCodecParameters) -> u64 {
        let head = params.extra_data.as_deref().filter(|_| params.codec == CODEC_ID_OPUS);
        head.and_then(|head| opus::Head::parse(head).ok()).map_or(0, |head| u64::from(head.pre_skip))
    }

    /// Decodes a whole packet, trimming nothing.
    ///
    /// # Errors
    /// The packet cannot be decoded; the next one may.
    pub(crate) fn decode(&mut self, packet: &Packet) -> Result<Decoded<'_>, Cause> {
        self.mono.clear();
        let (sample_rate_hz, frames_per_sample) = match &mut self.engine {
            Engine::Opus(opus) => {
                downmix::mix(opus.decode(&packet.data)?, &[1.0], &mut self.mono);
                (SAMPLE_RATE_HZ, opus::FRAME_RATE_HZ / SAMPLE_RATE_HZ)
            }
            Engine::Symphonia { decoder, params, mp3_kind } => {
                if params.codec == CODEC_ID_MP3 {
                    let kind = Mp3Kind::of(&packet.data);
                    // The decoder cannot change rate or channels, but files joined end to end do.
                    if mp3_kind.is_some() && *mp3_kind != kind {
                        *decoder = make(params)?;
                    }
                    *mp3_kind = kind;
                }
                let decoded = guarded("decoder", || {
                    decoder.decode(packet).map(|buffer| {
                        buffer.copy_to_vec_interleaved(&mut self.interleaved);
                        (buffer.spec().rate(), buffer.spec().channels().clone())
                    })
                });
                let (rate, channels) = match decoded {
                    Ok(decoded) => decoded?,
                    Err(panicked) => {
                        // Its state is anything now.
                        *decoder = make(params)?;
                        return Err(panicked.into());
                    }
                };
                check("the sample rate", u64::from(rate), SAMPLE_RATES_HZ)?;
                check("the number of channels", channels.count() as u64, CHANNELS)?;
                downmix::mix(&self.interleaved, &downmix::weights(&channels), &mut self.mono);
                (rate, 1)
            }
        };
        Ok(Decoded { mono: &self.mono, sample_rate_hz, frames_per_sample })
    }

    /// Length of a packet that could not be decoded, where its own bytes tell; 0 where they do not.
    pub(crate) fn packet_frames(&self, packet: &Packet) -> u64 {
        match &self.engine {
            Engine::Opus(opus) => opus.packet_frames(&packet.data),
            Engine::Symphonia { .. } => 0,
        }
    }
}

pub(crate) fn check(parameter: &'static str, found: u64, allowed: (u64, u64)) -> Result<(), MediaError> {
    if (allowed.0..=allowed.1).contains(&found) {
        Ok(())
    } else {
        Err(MediaError::BadParameter { parameter, found, allowed })
    }
}

fn make(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Cause> {
    // Trimming is ours: a padding claim is believed only when nothing follows.
    let options = AudioDecoderOptions::default().gapless(false);
    guarded("decoder", || symphonia::default::get_codecs().make_audio_decoder(params, &options))?.map_err(Into::into)
}

/// HE-AAC as plain AAC: its core alone, at half the rate. The band that is left out (SBR) begins above 5 kHz, and nothing
/// over 8 kHz survives here anyway. The layout is that of `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1).
fn without_high_band(params: &AudioCodecParameters) -> AudioCodecParameters {
    const CORE_RATES_HZ: [u32; 13] =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
    const WITH_HIGH_BAND: [u8; 2] = [5, 29];
    let mut params = params.clone();
    if let (CODEC_ID_AAC, Some([first, second, ..])) = (params.codec, params.extra_data.as_deref())
        && WITH_HIGH_BAND.contains(&(first >> 3))
        && let Some(rate) = CORE_RATES_HZ.get(usize::from((first & 0b111) << 1 | second >> 7))
        && let Some(channels) = core_channels(second >> 3 & 0b1111)
    {
        // Without the header the decoder takes the stream for plain AAC.
        params.extra_data = None;
        params.sample_rate = Some(*rate);
        params.channels = Some(channels);
    }
    params
}

fn core_channels(configuration: u8) -> Option<symphonia::core::audio::Channels> {
    use symphonia::core::audio::{Channels, Position};
    match configuration {
        1 => Some(Channels::Positioned(Position::FRONT_LEFT)),
        2 => Some(Channels::Positioned(Position::FRONT_LEFT | Position::FRONT_RIGHT)),
        _ => None,
    }
}

fn name(id: AudioCodecId) -> String {
    if let Some(known) = symphonia::default::get_codecs().get_audio_decoder(id) {
        return known.codec.info.short_name.to_owned();
    }
    let name = match id {
        well_known::CODEC_ID_OPUS => "opus",
        well_known::CODEC_ID_SPEEX => "speex",
        well_known::CODEC_ID_ALAC => "alac",
        well_known::CODEC_ID_MP1 => "mp1",
        well_known::CODEC_ID_MP2 => "mp2",
        well_known::CODEC_ID_AC3 => "ac3",
        well_known::CODEC_ID_EAC3 => "eac3",
        well_known::CODEC_ID_DCA => "dts",
        well_known::CODEC_ID_TRUEHD => "truehd",
        well_known::CODEC_ID_WMA => "wma",
        well_known::CODEC_ID_WAVPACK => "wavpack",
        well_known::CODEC_ID_TTA => "tta",
        _ => return format!("an unknown codec ({id})"),
    };
    name.to_owned()
}
