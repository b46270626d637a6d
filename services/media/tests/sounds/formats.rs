//! Every format that is promised: the right length, the right pitch, the right level, at the right time.

use crate::signal::{Coding, Heard, amplitude, bytes, hear, hear_file, hear_pipe, onset, path, purity, sine, wav};
use media::{Decoder, MediaError};

/// 1.2345 s.
const SAMPLES: usize = 19_752;
/// 0.3 s of silence come first.
const ONSET: usize = 4_800;

/// Checks a decoded fixture: `extra` samples more than the signal has, `late` samples behind its time.
#[track_caller]
fn check(heard: &Heard, extra: usize, late: usize) {
    let pcm = &heard.pcm;
    assert!(heard.end.is_ok(), "{:?}", heard.end);
    assert!(heard.lost.is_empty(), "{:?}", heard.lost);
    assert_eq!(pcm.len(), SAMPLES + extra, "length");
    let begins = onset(pcm);
    assert!(begins.abs_diff(ONSET + late) <= 8, "begins at {begins}");
    let tone = &pcm[begins + 1600..begins + 1600 + 12_000];
    assert!((amplitude(tone, 440.0) - 0.25).abs() < 0.015, "level {}", amplitude(tone, 440.0));
    assert!(purity(tone, 440.0) > 0.99, "purity {}", purity(tone, 440.0));
    let silence = pcm[..ONSET - 400].iter().map(|sample| sample.unsigned_abs()).max().unwrap();
    assert!(silence < 300, "silence peaks at {silence}");
}

#[track_caller]
fn check_file(name: &str, codec: &str, rate: u32, channels: u16, extra: usize, late: usize) {
    let heard = hear(Decoder::open_file(&path(name)).unwrap());
    assert_eq!((heard.info.codec.as_str(), heard.info.sample_rate_hz, heard.info.channels), (codec, rate, channels));
    check(&heard, extra, late);
}

#[test]
fn telephone_wav_is_heard() {
    check_file("mulaw-8k.wav", "pcm_mulaw", 8000, 1, 0, 0);
    check_file("alaw-8k.wav", "pcm_alaw", 8000, 1, 0, 0);
}

#[test]
fn telephone_wav_without_the_length_of_its_extension_is_heard() {
    for (name, codec) in [("mulaw-8k.wav", "pcm_mulaw"), ("alaw-8k.wav", "pcm_alaw")] {
        let mut file = bytes(name);
        assert_eq!(file[12..20], *b"fmt \x12\0\0\0");
        file[16] = 16;
        file.drain(36..38);
        let heard = hear_file(&file).unwrap();
        assert_eq!(heard.info.codec, codec);
        check(&heard, 0, 0);
    }
}

#[test]
fn flac_is_heard() {
    check_file("mono-22k.flac", "flac", 22_050, 1, 0, 0);
}

#[test]
fn mp3_is_heard_without_its_padding_where_a_header_names_it() {
    check_file("lame-vbr.mp3", "mp3", 44_100, 2, 0, 0);
    check_file("lavc-22k.mp3", "mp3", 22_050, 1, 0, 0);
    // 1105 frames of delay at 24 kHz that nothing in the file tells, and the filling of the last frame.
    check_file("untagged-cbr.mp3", "mp3", 24_000, 2, 984, 737);
}

#[test]
fn aac_is_heard_without_its_priming_where_an_edit_list_names_it() {
    check_file("index-first.m4a", "aac", 44_100, 2, 0, 0);
    check_file("index-last.m4a", "aac", 44_100, 2, 0, 0);
    check_file("video-and-sound.mp4", "aac", 48_000, 1, 0, 0);
    // 1024 frames of priming at 44.1 kHz, and the filling of the last frame.
    check_file("stereo-44k.aac", "aac", 44_100, 2, 682, 372);
}

#[test]
fn vorbis_and_opus_are_heard_in_ogg() {
    check_file("vorbis-44k.ogg", "vorbis", 44_100, 2, 0, 0);
    check_file("small-pages.opus", "opus", 48_000, 1, 0, 0);
    check_file("stereo.opus", "opus", 48_000, 2, 0, 0);
}

#[test]
fn vorbis_and_opus_are_heard_in_webm_with_the_filling_of_their_last_packet() {
    check_file("opus.webm", "opus", 48_000, 2, 304, 0);
    check_file("vorbis.webm", "vorbis", 44_100, 2, 31, 0);
}

#[test]
fn the_default_of_several_tracks_is_heard() {
    check_file("two-tracks.mkv", "opus", 48_000, 1, 304, 0);
}

#[test]
fn all_but_an_index_at_the_end_can_come_through_a_pipe() {
    for (name, extra, late) in [
        ("mulaw-8k.wav", 0, 0),
        ("mono-22k.flac", 0, 0),
        ("lame-vbr.mp3", 0, 0),
        ("vorbis-44k.ogg", 0, 0),
        ("small-pages.opus", 0, 0),
        ("opus.webm", 304, 0),
        ("stereo-44k.aac", 682, 372),
        ("index-first.m4a", 371, 372),
    ] {
        check(&hear_pipe(&bytes(name)).unwrap(), extra, late);
    }
    assert!(matches!(hear_pipe(&bytes("index-last.m4a")), Err(MediaError::Header { .. })));
}

#[test]
fn the_core_of_high_efficiency_aac_is_heard() {
    let mut file = bytes("index-first.m4a");
    // The header of plain AAC, rewritten to say that a high band is coded beside it (object type 5).
    let plain = [0x12, 0x10, 0x56, 0xE5, 0x00];
    let at = file.windows(plain.len()).position(|window| window == plain).unwrap();
    file[at..at + plain.len()].copy_from_slice(&[0x2A, 0x10, 0x88, 0x00, 0x00]);
    check(&hear_file(&file).unwrap(), 0, 0);
}

#[test]
fn links_of_a_chained_ogg_may_differ_in_everything() {
    let chained = [bytes("small-pages.opus"), bytes("vorbis-44k.ogg"), bytes("stereo.opus")].concat();
    for heard in [hear_file(&chained), hear_pipe(&chained)] {
        let heard = heard.unwrap();
        assert!(heard.end.is_ok(), "{:?}", heard.end);
        assert_eq!(heard.pcm.len(), 3 * SAMPLES);
        for link in 0..3 {
            let begins = onset(&heard.pcm[link * SAMPLES..]);
            assert!(begins.abs_diff(ONSET) <= 8, "link {link} begins at {begins}");
        }
    }
}

#[test]
fn mp3_files_joined_end_to_end_are_heard_to_the_end() {
    let joined = [bytes("lame-vbr.mp3"), bytes("lavc-22k.mp3")].concat();
    let heard = hear_file(&joined).unwrap();
    assert!(heard.end.is_ok() && heard.lost.is_empty());
    // The header of the first hides its padding no more, nor is that of the second believed.
    assert!((2 * SAMPLES..2 * SAMPLES + 2_000).contains(&heard.pcm.len()), "{}", heard.pcm.len());
    let second = &heard.pcm[SAMPLES + ONSET + 4_000..][..8_000];
    assert!(purity(second, 440.0) > 0.999);
}

#[test]
fn every_coding_of_wav_has_its_level_and_its_exact_length() {
    let tone = sine(44_100, 0.5, 1000.0, 0.5);
    for (coding, purest) in [
        (Coding::Unsigned8, 0.999),
        (Coding::Signed16, 0.999_999),
        (Coding::Signed24, 0.999_999),
        (Coding::Signed32, 0.999_999),
        (Coding::Float32, 0.999_999),
        (Coding::Float64, 0.999_999),
    ] {
        let heard = hear_file(&wav(coding, 44_100, 2, &tone)).unwrap();
        assert!(heard.end.is_ok(), "{coding:?}");
        assert_eq!(heard.pcm.len(), 8000, "{coding:?}");
        let middle = &heard.pcm[800..7200];
        assert!((amplitude(middle, 1000.0) - 0.5).abs() < 0.002, "{coding:?}: {}", amplitude(middle, 1000.0));
        assert!(purity(middle, 1000.0) > purest, "{coding:?}: {}", purity(middle, 1000.0));
    }
}

#[test]
fn sixteen_bits_at_16_khz_pass_unchanged() {
    let samples: Vec<f64> = (0..5000_u32).map(|n| f64::from(n * 7919 % 65_536) / 32_768.0 - 1.0).collect();
    let heard = hear_file(&wav(Coding::Signed16, 16_000, 1, &samples)).unwrap();
    let expected: Vec<i32> = (0..5000_i32).map(|n| n * 7919 % 65_536 - 32_768).collect();
    assert_eq!(heard.pcm.iter().map(|sample| i32::from(*sample)).collect::<Vec<_>>(), expected);
}

#[test]
fn every_rate_gives_the_rounded_number_of_samples_in_time() {
    for rate in [1000_u32, 6000, 8000, 11_025, 12_000, 15_999, 16_000, 16_001, 22_050, 32_000, 44_100, 48_000, 96_000] {
        for frames in [1_usize, 2, 999, 4410] {
            let expected = (frames * 16_000 * 2 + rate as usize) / (2 * rate as usize);
            let heard = hear_file(&wav(Coding::Signed16, rate, 1, &vec![0.25; frames]));
            assert_eq!(heard.map_or(0, |heard| heard.pcm.len()), expected, "{frames} frames at {rate} Hz");
        }
        // A step stays where it is: half of it is reached within a millisecond of its place.
        let step: Vec<f64> = (0..rate / 2).map(|n| if n < rate / 4 { 0.0 } else { 0.25 }).collect();
        let heard = hear_file(&wav(Coding::Float32, rate, 1, &step)).unwrap();
        let at = heard.pcm.iter().position(|sample| *sample > 4096).unwrap();
        assert!(at.abs_diff(4000) <= 16, "{rate} Hz: {at}");
    }
}

#[test]
fn surround_at_96_khz_is_heard() {
    let heard = hear(Decoder::open_file(&path("surround-96k.wav")).unwrap());
    assert_eq!((heard.info.sample_rate_hz, heard.info.channels), (96_000, 6));
    assert_eq!(heard.pcm.len(), 240);
    // The centre alone carries the tone: one of four parts.
    let peak = heard.pcm.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
    assert!((1900..2100).contains(&peak), "{peak}");
    let loud = hear_file(&wav(Coding::Signed16, 96_000, 6, &sine(96_000, 0.3, 500.0, 0.99))).unwrap();
    assert!((amplitude(&loud.pcm[400..4400], 500.0) - 0.99).abs() < 0.01);
}

#[test]
fn floats_that_are_no_numbers_or_too_loud_do_no_harm() {
    let mut samples = sine(48_000, 0.3, 440.0, 0.5);
    (samples[5000], samples[6000], samples[7000]) = (f64::NAN, f64::INFINITY, -1e30);
    let heard = hear_file(&wav(Coding::Float32, 48_000, 2, &samples)).unwrap();
    assert_eq!(heard.pcm.len(), 4800);
    assert!(purity(&heard.pcm[2400..4700], 440.0) > 0.9);
    let loud = hear_file(&wav(Coding::Float32, 16_000, 1, &[f64::NAN, 7.0, -7.0, 0.5])).unwrap();
    assert_eq!(loud.pcm, [0, 32_767, -32_768, 16_384]);
}

#[test]
fn raw_samples_are_heard_and_their_parameters_checked() {
    let raw = |bytes: Vec<u8>, rate, channels| Decoder::open_raw(Box::new(std::io::Cursor::new(bytes)), rate, channels);
    let body = wav(Coding::Signed16, 48_000, 2, &sine(48_000, 0.5, 440.0, 0.25))[44..].to_vec();
    let heard = hear(raw(body.clone(), 48_000, 2).unwrap());
    assert!(heard.end.is_ok());
    assert_eq!(heard.pcm.len(), 8000);
    assert!(purity(&heard.pcm[800..7200], 440.0) > 0.999);

    let cut = hear(raw(body[..4003].to_vec(), 48_000, 2).unwrap());
    assert!(matches!(cut.end, Err(MediaError::Truncated { .. })));
    assert_eq!(cut.pcm.len(), 333);
    for (rate, channels) in [(0, 1), (999, 1), (768_001, 1), (16_000, 0), (16_000, 33)] {
        assert!(matches!(raw(body.clone(), rate, channels), Err(MediaError::BadParameter { .. })), "{rate} {channels}");
    }
    assert!(matches!(raw(Vec::new(), 16_000, 1), Err(MediaError::NoSound { .. })));
}
