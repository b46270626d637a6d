//! Opus packets, decoded by libopus straight to 16 kHz mono: no resampler, and libopus mixes stereo down itself.

use opusic_c::{Channels, Decoder, ErrorCode, SampleRate};

use crate::{Cause, SAMPLE_RATE_HZ};

/// Opus counts in 48 kHz whatever it codes (RFC 7845, 4).
pub(crate) const FRAME_RATE_HZ: u32 = 48_000;
/// The longest packet, 120 ms (RFC 6716, 2.1.4), in samples at 16 kHz.
const MAX_PACKET_SAMPLES: usize = 120 * SAMPLE_RATE_HZ as usize / 1000;

/// The identification header (RFC 7845, 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) channels: u8,
    /// Frames at 48 kHz that come before the sound.
    pub(crate) pre_skip: u16,
    /// In 1/256 dB.
    gain: i16,
}

impl Head {
    /// Reads a header as Ogg and Matroska carry it. MP4 carries the same fields in the other byte order, under version 0.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Cause> {
        let fields: &[u8; 11] =
            bytes.strip_prefix(b"OpusHead").and_then(<[u8]>::first_chunk).ok_or("the Opus header is too short")?;
        let [version, channels, skip_0, skip_1, _, _, _, _, gain_0, gain_1, family] = *fields;
        let (pre_skip, gain) = if version == 0 {
            (u16::from_be_bytes([skip_0, skip_1]), i16::from_be_bytes([gain_0, gain_1]))
        } else {
            (u16::from_le_bytes([skip_0, skip_1]), i16::from_le_bytes([gain_0, gain_1]))
        };
        // Families above 0 with up to two channels are one plain stream; with more, several streams share a packet.
        if !(1..=2).contains(&channels) || family > 1 {
            return Err(
                format!("{channels} channels of mapping family {family}: only mono and stereo can be read").into()
            );
        }
        Ok(Self { channels, pre_skip, gain })
    }
}

/// A stream of Opus packets.
pub(crate) struct Opus {
    decoder: Decoder,
    scratch: Vec<f32>,
}

impl Opus {
    pub(crate) fn new(head: Head) -> Result<Self, Cause> {
        let mut decoder = Decoder::new(Channels::Mono, SampleRate::Hz16000).map_err(cause)?;
        decoder.set_gain(i32::from(head.gain)).map_err(cause)?;
        Ok(Self { decoder, scratch: vec![0.0; MAX_PACKET_SAMPLES] })
    }

    /// Decodes one packet; samples are at 16 kHz and may exceed 1.
    pub(crate) fn decode(&mut self, packet: &[u8]) -> Result<&[f32], Cause> {
        // libopus takes an empty packet for a lost one and invents sound.
        if packet.is_empty() {
            return Err("an empty packet".into());
        }
        let samples = self.decoder.decode_float_to_slice(packet, &mut self.scratch, false).map_err(cause)?;
        Ok(&self.scratch[..samples.min(MAX_PACKET_SAMPLES)])
    }

    /// Length of a packet in frames at 48 kHz, from its first bytes; 0 when even they are broken.
    pub(crate) fn packet_frames(&self, packet: &[u8]) -> u64 {
        let samples = if packet.is_empty() { 0 } else { self.decoder.get_nb_samples(packet).unwrap_or(0) };
        (samples.min(MAX_PACKET_SAMPLES) * (FRAME_RATE_HZ / SAMPLE_RATE_HZ) as usize) as u64
    }
}

fn cause(code: ErrorCode) -> Cause {
    format!("libopus: {}", code.message()).into()
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn headers_are_read_in_both_byte_orders() {
        let head = Head { channels: 2, pre_skip: 312, gain: -256 };
        let ogg = b"OpusHead\x01\x02\x38\x01\x80\xBB\0\0\x00\xFF\x00";
        assert_eq!(Head::parse(ogg).unwrap(), head);
        let mp4 = b"OpusHead\x00\x02\x01\x38\0\0\xBB\x80\xFF\x00\x00";
        assert_eq!(Head::parse(mp4).unwrap(), head);
    }

    #[test]
    fn surround_and_stubs_are_refused() {
        assert!(Head::parse(b"OpusHead\x01\x06\x38\x01\x80\xBB\0\0\0\0\x01").is_err());
        assert!(Head::parse(b"OpusHead\x01\x02").is_err());
        assert!(Head::parse(b"").is_err());
    }
}
