//! What is inside a sealed clip, and the WAV that is handed out.

use sha2::{Digest, Sha256};

use crate::peaks::peaks;

/// Length of a WAV's header here.
const WAV_HEADER: u32 = 44;
const RATE: u32 = 16_000;

/// The sound of a clip with its outline, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// 16 kHz mono.
    pub pcm: Vec<i16>,
    /// See [`peaks`].
    pub peaks: Vec<[i8; 2]>,
}

impl Sound {
    /// The sound with its outline.
    pub fn new(pcm: Vec<i16>) -> Self {
        let peaks = peaks(&pcm);
        Self { pcm, peaks }
    }

    /// The number of peaks (32 bits, little endian), the peaks, the samples (16 bits, little endian).
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let count = u32::try_from(self.peaks.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(4 + 2 * self.peaks.len() + 2 * self.pcm.len());
        bytes.extend(count.to_le_bytes());
        bytes.extend(self.peaks.iter().flatten().flat_map(|peak| peak.to_le_bytes()));
        bytes.extend(self.pcm.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }

    /// None if those are not the bytes of a sound.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, rest) = bytes.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (peaks, pcm) = rest.split_at_checked(count.checked_mul(2)?)?;
        let (peaks, pcm) = (peaks.as_chunks::<2>().0, pcm.as_chunks::<2>());
        pcm.1.is_empty().then(|| Self {
            pcm: pcm.0.iter().map(|two| i16::from_le_bytes(*two)).collect(),
            peaks: peaks.iter().map(|[low, high]| [i8::from_le_bytes([*low]), i8::from_le_bytes([*high])]).collect(),
        })
    }
}

/// The samples as they are hashed and handed out: 16 bits, little endian.
pub fn pcm_bytes(pcm: &[i16]) -> Vec<u8> {
    pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// SHA-256 of [`pcm_bytes`].
pub fn pcm_sha256(pcm: &[i16]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for block in pcm.chunks(8_192) {
        hash.update(pcm_bytes(block));
    }
    hash.finalize().into()
}

/// A WAV of 16 kHz mono in 16 bits: 44 bytes of header, then the samples. The same samples give the same bytes.
pub fn wav(pcm: &[i16]) -> Vec<u8> {
    let bytes = u32::try_from(2 * pcm.len()).unwrap_or(u32::MAX - WAV_HEADER);
    let mut wav = Vec::with_capacity(2 * pcm.len() + WAV_HEADER as usize);
    wav.extend(b"RIFF");
    wav.extend((bytes + WAV_HEADER - 8).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(RATE.to_le_bytes());
    wav.extend((2 * RATE).to_le_bytes());
    // Two bytes a frame, 16 bits a sample.
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    wav.extend(pcm_bytes(pcm));
    wav
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_sound_reads_back_bit_for_bit(pcm in proptest::collection::vec(any::<i16>(), 0..1_000)) {
            let sound = Sound::new(pcm);
            prop_assert_eq!(Sound::from_bytes(&sound.to_bytes()), Some(sound));
        }

        #[test]
        fn bytes_of_any_kind_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(sound) = Sound::from_bytes(&bytes) {
                prop_assert_eq!(sound.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn what_follows_the_header_of_a_wav_has_the_hash_of_the_samples() {
        let pcm: Vec<i16> = (0..20_000_i32).map(|at| i16::try_from(at % 4_001 - 2_000).unwrap()).collect();
        let wav = wav(&pcm);
        assert_eq!(&wav[..4], b"RIFF");
        assert_eq!(u32::from_le_bytes(wav[40..44].try_into().unwrap()), 40_000);
        assert_eq!(<[u8; 32]>::from(Sha256::digest(&wav[44..])), pcm_sha256(&pcm));
    }
}
