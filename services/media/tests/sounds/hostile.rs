//! Sources that are broken, cut off, mislabelled or made to break us: a clear error or a correct result, always in time.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::signal::{Coding, Heard, bytes, hear, hear_file, hear_pipe, onset, purity, sine, wav};
use media::{Decoder, MediaError};

const SAMPLES: usize = 19_752;

/// All fixtures that can be decoded.
const FIXTURES: [&str; 15] = [
    "mulaw-8k.wav",
    "surround-96k.wav",
    "mono-22k.flac",
    "lame-vbr.mp3",
    "untagged-cbr.mp3",
    "stereo-44k.aac",
    "index-first.m4a",
    "index-last.m4a",
    "video-and-sound.mp4",
    "vorbis-44k.ogg",
    "small-pages.opus",
    "stereo.opus",
    "opus.webm",
    "vorbis.webm",
    "two-tracks.mkv",
];

/// A small generator of our own (`SplitMix64`), so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % bound.max(1) as u64).unwrap()
    }
}

/// Gives every Ogg page the checksum that it should have (RFC 3533, 6), so that damage gets past it to the decoders.
fn mend_checksums(file: &mut [u8]) {
    let starts: Vec<usize> = (0..file.len()).filter(|at| file[*at..].starts_with(b"OggS")).collect();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(file.len());
        if end - start < 27 {
            continue;
        }
        file[start + 22..start + 26].fill(0);
        let mut sum = 0_u32;
        for byte in &file[*start..end] {
            sum ^= u32::from(*byte) << 24;
            for _ in 0..8 {
                sum = if sum >> 31 == 1 { (sum << 1) ^ 0x04C1_1DB7 } else { sum << 1 };
            }
        }
        file[start + 22..start + 26].copy_from_slice(&sum.to_le_bytes());
    }
}

#[track_caller]
fn is_bounded(heard: &Result<Heard, MediaError>, what: &str, began: Instant) {
    assert!(began.elapsed() < Duration::from_mins(1), "{what} took {:?}", began.elapsed());
    if let Ok(heard) = heard {
        assert!(heard.pcm.len() < 40 * SAMPLES || heard.lost_samples() > 0, "{what}: {} samples", heard.pcm.len());
    }
}

#[test]
fn flipped_bits_never_hang_or_kill() {
    let mut decoded = 0;
    for (f, name) in FIXTURES.iter().enumerate() {
        let whole = bytes(name);
        for seed in 0..50 {
            let mut random = Random(seed * 1000 + f as u64);
            let mut file = whole.clone();
            // Half of the damage goes to the headers, where it does most.
            let reach = if seed % 2 == 0 { file.len() } else { file.len().min(600) };
            for _ in 0..=random.below(8) {
                let at = random.below(reach);
                file[at] ^= 1 << random.below(8);
            }
            if seed % 4 > 0 {
                mend_checksums(&mut file);
            }
            let began = Instant::now();
            let heard = if seed % 3 == 0 { hear_pipe(&file) } else { hear_file(&file) };
            is_bounded(&heard, &format!("{name} with seed {seed}"), began);
            decoded += usize::from(heard.is_ok());
        }
    }
    assert!(decoded >= 300, "only {decoded} of 750 damaged files gave any sound: the damage hits only headers");
}

#[test]
fn overwritten_and_shortened_stretches_never_hang_or_kill() {
    for (f, name) in FIXTURES.iter().enumerate() {
        for seed in 0..20 {
            let mut random = Random(seed * 7000 + f as u64);
            let mut file = bytes(name);
            let first = random.below(file.len());
            let end = (first + random.below(400)).min(file.len());
            if seed % 3 == 0 {
                file.drain(first..end);
            } else {
                let junk = [0x00, 0xFF][random.below(2)];
                file[first..end].fill(junk);
            }
            if seed % 2 == 0 {
                mend_checksums(&mut file);
            }
            let began = Instant::now();
            is_bounded(&hear_file(&file), &format!("{name} with seed {seed}"), began);
        }
    }
}

#[test]
fn a_truncated_file_gives_what_is_there_and_then_says_so() {
    for name in FIXTURES {
        let whole = bytes(name);
        let full = hear_file(&whole).unwrap().pcm;
        for tenths in 3..10 {
            let what = format!("{name} cut at {tenths}/10");
            match hear_file(&whole[..whole.len() * tenths / 10]) {
                Ok(heard) => {
                    let missing = full.len() - heard.pcm.len();
                    // No header of the first two declares a length; WebM declares it to about 0.1 s.
                    let is_live = matches!(name, "untagged-cbr.mp3" | "two-tracks.mkv")
                        || matches!(name, "opus.webm" | "vorbis.webm") && missing < 2000;
                    let is_said = matches!(heard.end, Err(MediaError::Truncated { .. }));
                    assert!(is_said || is_live && heard.end.is_ok(), "{what}: {:?}", heard.end);
                    assert!(missing > 0 && heard.lost.is_empty(), "{what}");
                    // The resampler's last samples differ: it ended there. Before, one step of rounding may.
                    let same = heard.pcm.len().saturating_sub(1100);
                    let mut pairs = heard.pcm[..same].iter().zip(&full);
                    assert!(pairs.all(|(cut, whole)| cut.abs_diff(*whole) <= 1), "{what}: what is there is the same");
                }
                Err(MediaError::Truncated { .. } | MediaError::Header { .. }) => {}
                Err(other) => panic!("{what}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_truncated_recording_names_its_seconds() {
    let file = wav(Coding::Signed16, 16_000, 1, &sine(16_000, 2.0, 440.0, 0.25));
    let heard = hear_file(&file[..44 + 32_000]).unwrap();
    assert_eq!(heard.pcm.len(), 16_000);
    let message = heard.end.unwrap_err().to_string();
    assert_eq!(message, "truncated: ends after 1.000 s of the 2.000 s its header declares");
}

#[test]
fn a_damaged_ogg_page_is_lost_and_the_rest_is_heard() {
    let whole = bytes("small-pages.opus");
    let pages: Vec<usize> = (0..whole.len()).filter(|at| whole[*at..].starts_with(b"OggS")).collect();
    let mut file = whole.clone();
    file[pages[8] + 100] ^= 0x10;
    for heard in [hear_file(&file), hear_pipe(&file)] {
        let heard = heard.unwrap();
        assert!(heard.end.is_ok());
        assert_eq!(heard.pcm.len(), SAMPLES, "sound and loss together are as long as before");
        assert_eq!(heard.lost_samples(), 1600);
        assert!(matches!(heard.lost[0].2, MediaError::Missing { .. } | MediaError::Damaged { .. }));
        assert!(purity(&heard.pcm[16_000..SAMPLES - 300], 440.0) > 0.99);
    }
}

#[test]
fn a_damaged_packet_is_lost_for_exactly_its_length() {
    // An AAC frame in an MP4 file has no checksum: only the decoder can refuse it.
    let mut file = bytes("index-first.m4a");
    let length = file.len();
    file[length / 2..length / 2 + 40].fill(0x5A);
    let heard = hear_file(&file).unwrap();
    assert!(heard.end.is_ok());
    assert_eq!(heard.pcm.len(), SAMPLES);
    let packets = heard.lost_samples() as f64 * 44_100.0 / 16_000.0 / 1024.0;
    assert!(packets > 0.9 && (packets - packets.round()).abs() < 0.003, "{:?}", heard.lost);
    assert!(heard.lost[0].2.to_string().contains("aac"));
}

#[test]
fn sound_behind_a_declared_end_is_heard() {
    let sound = wav(Coding::Signed16, 16_000, 1, &sine(16_000, 1.0, 440.0, 0.25));
    for placeholder in [0_u32, 0x7FFF_F000, 0x8000_0000, u32::MAX] {
        let mut file = sound.clone();
        file[4..8].copy_from_slice(&0_u32.to_le_bytes());
        file[40..44].copy_from_slice(&placeholder.to_le_bytes());
        for heard in [hear_file(&file), hear_pipe(&file)] {
            let heard = heard.unwrap();
            assert!(heard.end.is_ok(), "{placeholder:#x}: {:?}", heard.end);
            assert_eq!(heard.pcm.len(), 16_000, "{placeholder:#x}");
            assert_eq!(heard.info.seconds, None);
        }
    }
    // An MP3 header that declares one frame: all the others would be padding.
    let mut file = bytes("lame-vbr.mp3");
    let tag = file.windows(4).position(|window| window == b"Xing").unwrap();
    file[tag + 8..tag + 12].copy_from_slice(&1_u32.to_be_bytes());
    assert!(hear_file(&file).unwrap().pcm.len() >= SAMPLES);
}

#[test]
fn what_is_no_sound_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Decoder::open_file(folder.path()), Err(MediaError::Folder { .. })));
    assert!(matches!(Decoder::open_file(&folder.path().join("none.wav")), Err(MediaError::Open { .. })));
    let text = folder.path().join("text.wav");
    write!(std::fs::File::create(&text).unwrap(), "{}", "This is no sound at all, RIFF or not. ".repeat(400)).unwrap();
    let error = Decoder::open_file(&text).err().unwrap();
    assert_eq!(error.to_string(), "not a sound file: it reads as text");

    assert!(matches!(hear_file(&[]), Err(MediaError::Empty)));
    assert!(matches!(hear_file(b"\x89PNG\r\n\x1a\n0000"), Err(MediaError::NotSound { .. })));
    assert!(matches!(hear_file(&[0; 5000]), Err(MediaError::NotSound { .. })));
    assert!(matches!(hear_file(b"FORM\0\0\x01\0AIFFCOMM"), Err(MediaError::UnsupportedFormat { format: "AIFF" })));
    assert!(matches!(hear_file(&bytes("video-only.mp4")), Err(MediaError::NoAudioTrack { .. })));
    let error = hear_file(&bytes("surround.opus")).err().unwrap();
    assert_eq!(error.to_string(), "cannot decode opus");
}

#[test]
fn noise_is_never_taken_for_a_long_recording() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let noise: Vec<u8> = (0..100_000).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
        let began = Instant::now();
        if let Ok(heard) = hear_file(&noise) {
            assert!(heard.pcm.len() < 16_000, "seed {seed}: {} samples", heard.pcm.len());
        }
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_header_without_sound_is_refused_and_a_fifth_of_a_second_is_heard() {
    assert!(matches!(hear_file(&wav(Coding::Signed16, 44_100, 2, &[])), Err(MediaError::NoSound { .. })));
    for name in ["lame-vbr.mp3", "vorbis-44k.ogg", "small-pages.opus", "index-first.m4a", "opus.webm", "mono-22k.flac"]
    {
        let error = hear_file(&bytes(name)[..60]).err();
        assert!(error.is_some(), "{name}");
    }
    let short = hear_file(&wav(Coding::Signed16, 44_100, 2, &sine(44_100, 0.2, 440.0, 0.25))).unwrap();
    assert!(short.end.is_ok());
    assert_eq!((short.pcm.len(), onset(&short.pcm) < 8), (3200, true));
}

#[test]
fn absurd_rates_and_channels_are_refused() {
    let tone = sine(8_000, 0.1, 440.0, 0.25);
    for (rate, channels) in [(0, 1), (999, 1), (768_001, 1), (u32::MAX, 2), (48_000, 40)] {
        let refused = hear_file(&wav(Coding::Unsigned8, rate, channels, &tone));
        assert!(refused.is_err(), "{rate} Hz, {channels} channels");
    }
    let odd = hear_file(&wav(Coding::Unsigned8, 767_999, 1, &vec![0.25; 767_999])).unwrap();
    assert_eq!(odd.pcm.len(), 16_000);
}

/// Recordings in several languages, where they lie beside the checkout.
#[test]
fn real_recordings_have_the_length_they_declare() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/audio");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if !path.extension().is_some_and(|extension| extension == "ogg" || extension == "wav") {
            continue;
        }
        let heard = hear(Decoder::open_file(&path).unwrap());
        assert!(heard.end.is_ok() && heard.lost.is_empty(), "{}", path.display());
        let seconds = heard.info.seconds.unwrap();
        assert!((heard.pcm.len() as f64 / 16_000.0 - seconds).abs() < 1e-3, "{}", path.display());
    }
}
