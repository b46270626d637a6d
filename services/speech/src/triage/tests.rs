//! Triage on sounds made here: chords, drums, noises, hum, silence.
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "signals are of known size")]

use super::*;

const RATE: f32 = 16_000.0;
const SECONDS: usize = 12;

struct Random(u32);

impl Random {
    /// Even in -1..1.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

fn sound(of: impl FnMut(usize) -> f32) -> Vec<f32> {
    (0..SECONDS * 16_000).map(of).collect()
}

fn white(seed: u32) -> Vec<f32> {
    let mut random = Random(seed);
    sound(|_| random.next())
}

/// Paul Kellet's filter.
fn pink(seed: u32) -> Vec<f32> {
    let (mut a, mut b, mut c) = (0.0, 0.0, 0.0);
    let filter = |w: f32| {
        a = 0.997_65 * a + w * 0.099;
        b = 0.963 * b + w * 0.2965;
        c = 0.57 * c + w * 1.0527;
        (a + b + c + w * 0.1848) / 4.0
    };
    white(seed).into_iter().map(filter).collect()
}

fn brown(seed: u32) -> Vec<f32> {
    let mut sum = 0.0;
    white(seed)
        .into_iter()
        .map(|w| {
            sum = 0.995 * sum + 0.05 * w;
            sum
        })
        .collect()
}

fn sine(hz: f32) -> Vec<f32> {
    sound(|n| (std::f32::consts::TAU * hz * n as f32 / RATE).sin())
}

fn hum(mains: f32) -> Vec<f32> {
    mix(&(1_u8..8).map(|k| (sine(mains * f32::from(k)), 0.4 / f32::from(k))).collect::<Vec<_>>())
}

fn mix(parts: &[(Vec<f32>, f32)]) -> Vec<f32> {
    sound(|n| parts.iter().map(|(part, gain)| part[n] * gain).sum())
}

/// A progression of four chords; each note has five partials and dies away like a plucked string.
fn chords(beats_a_minute: f32, decay_s: f32) -> Vec<f32> {
    let progression = [[220.0, 277.2, 329.6], [196.0, 246.9, 293.7], [174.6, 220.0, 261.6], [164.8, 207.7, 246.9]];
    let beat = (60.0 / beats_a_minute * RATE) as usize;
    sound(|n| {
        let since = (n % beat) as f32 / RATE;
        let notes = progression[n / beat % 4].iter();
        let partial = |hz: f32, k: u8| (std::f32::consts::TAU * hz * f32::from(k) * since).sin() / f32::from(k);
        notes.map(|&hz| (1..6).map(|k| partial(hz, k)).sum::<f32>()).sum::<f32>() * (-since / decay_s).exp() / 5.0
    })
}

/// Kick, hat, snare, hat.
fn drums(beats_a_minute: f32) -> Vec<f32> {
    let half_beat = (30.0 / beats_a_minute * RATE) as usize;
    let mut random = Random(9);
    sound(|n| {
        let since = (n % half_beat) as f32 / RATE;
        let noise = random.next();
        match n / half_beat % 4 {
            0 => (std::f32::consts::TAU * 60.0 * since).sin() * (-since / 0.08).exp(),
            2 => noise * (-since / 0.06).exp() * 0.7,
            _ => noise * (-since / 0.015).exp() * 0.3,
        }
    })
}

/// A fan: filtered noise that swells a little twenty times a second.
fn fan() -> Vec<f32> {
    let swell = sine(20.0);
    brown(5).into_iter().zip(swell).map(|(noise, swell)| noise * (1.0 + 0.3 * swell)).collect()
}

/// Some hundred claps a second, each a few milliseconds of noise.
fn applause() -> Vec<f32> {
    let mut random = Random(11);
    let mut level: f32 = 0.0;
    sound(|_| {
        if random.next() > 0.97 {
            level = level.max(random.next().abs());
        }
        level *= 0.995;
        random.next() * level
    })
}

/// At a peak level in dBFS.
fn at_level(sound: &[f32], dbfs: f32) -> Vec<i16> {
    let peak = sound.iter().fold(0.0_f32, |peak, value| peak.max(value.abs()));
    let gain = 32_767.0 * 10.0_f32.powf(dbfs / 20.0) / peak;
    sound.iter().map(|value| (value * gain) as i16).collect()
}

/// Every interval that comes out is of this kind.
#[track_caller]
fn check(name: &str, pcm: &[i16], expected: Sound) {
    let found = intervals(&classify(pcm, &[]), pcm.len());
    assert!(found.iter().all(|interval| interval.sound == expected), "{name} is not {expected:?} but {found:?}");
}

#[test]
fn chords_are_music_at_any_tempo_and_level() {
    for tempo in [50.0, 80.0, 120.0, 170.0] {
        for level in [-3.0, -20.0, -35.0] {
            check(&format!("chords at {tempo}, {level} dB"), &at_level(&chords(tempo, 0.6), level), Sound::Music);
        }
    }
}

#[test]
fn drums_alone_are_music() {
    for tempo in [70.0, 100.0, 140.0] {
        check(&format!("drums at {tempo}"), &at_level(&drums(tempo), -6.0), Sound::Music);
    }
}

#[test]
fn chords_and_drums_over_hiss_are_music() {
    for (tempo, hiss) in [(75.0, 0.02), (90.0, 0.1), (130.0, 0.2)] {
        let sound = mix(&[(chords(tempo, 1.0), 0.5), (drums(tempo), 0.5), (pink(3), hiss)]);
        check(&format!("lo-fi at {tempo}"), &at_level(&sound, -12.0), Sound::Music);
    }
}

#[test]
fn noise_is_noise_whatever_its_colour_and_level() {
    for level in [-3.0, -20.0, -38.0] {
        for (name, sound) in [("white", white(1)), ("pink", pink(2)), ("brown", brown(3)), ("fan", fan())] {
            check(&format!("{name} at {level} dB"), &at_level(&sound, level), Sound::Noise);
        }
    }
    check("applause", &at_level(&applause(), -6.0), Sound::Noise);
}

#[test]
fn hum_and_steady_tones_are_noise() {
    for (name, sound) in [("50 Hz", hum(50.0)), ("60 Hz", hum(60.0)), ("440 Hz", sine(440.0)), ("1 kHz", sine(1_000.0))]
    {
        check(name, &at_level(&sound, -15.0), Sound::Noise);
    }
    check("hum in hiss", &at_level(&mix(&[(hum(50.0), 0.5), (pink(4), 0.2)]), -15.0), Sound::Noise);
}

#[test]
fn silence_and_quiet_rooms_are_silence() {
    check("zeros", &vec![0; 16_000 * SECONDS], Sound::Silence);
    check("an offset", &vec![700; 16_000 * SECONDS], Sound::Silence);
    check("room tone", &at_level(&pink(6), -50.0), Sound::Silence);
}

#[test]
fn speech_is_what_silero_says() {
    let pcm = at_level(&white(1), -20.0);
    let mut speech = vec![0.1; pcm.len() / GATE_FRAME];
    speech[100..200].fill(0.9);
    speech[300..304].fill(0.9); // too short
    let found = intervals(&classify(&pcm, &speech), pcm.len());
    let at = |frame: usize| frame * GATE_FRAME;
    let expected = [
        Interval { first: 0, end: at(100), sound: Sound::Noise },
        Interval { first: at(100), end: at(200), sound: Sound::Speech },
        Interval { first: at(200), end: pcm.len(), sound: Sound::Noise },
    ];
    assert_eq!(found, expected);
}

#[test]
fn music_that_gives_way_to_silence_makes_two_intervals() {
    let mut pcm = at_level(&chords(100.0, 0.5), -10.0);
    pcm[6 * 16_000..].fill(0);
    let found = intervals(&classify(&pcm, &[]), pcm.len());
    let sounds: Vec<_> = found.iter().map(|interval| interval.sound).collect();
    assert_eq!(sounds, [Sound::Music, Sound::Silence], "{found:?}");
    assert!(found[0].end.abs_diff(6 * 16_000) < 8_000, "{found:?}");
}

#[test]
fn intervals_tile_any_window_and_none_but_speech_is_short() {
    let mut random = Random(1);
    for samples in [1_usize, 511, 512, 513, 31_999, 64_000, 200_001] {
        let kinds = [Sound::Speech, Sound::Silence, Sound::Music, Sound::Noise];
        let mut now = Sound::Silence;
        let sounds: Vec<Sound> = (0_usize..samples.div_ceil(GATE_FRAME))
            .map(|_| {
                if random.next() > 0.9 {
                    now = kinds[(random.next().abs() * 3.99) as usize];
                }
                now
            })
            .collect();
        let found = intervals(&sounds, samples);
        assert_eq!((found[0].first, found[found.len() - 1].end), (0, samples));
        assert!(found.windows(2).all(|pair| pair[0].end == pair[1].first && pair[0].sound != pair[1].sound));
        let short = |interval: &Interval| interval.sound != Sound::Speech && interval.end - interval.first < 32_000;
        assert!(found.len() == 1 || !found.iter().any(short), "{found:?}");
    }
}

#[test]
fn any_length_and_any_sample_is_told() {
    for samples in [0_usize, 1, 100, 512, 2_047, 16_000] {
        for value in [0, i16::MAX, i16::MIN] {
            let pcm: Vec<i16> = (0..samples).map(|n| if n % 2 == 0 { value } else { 0 }).collect();
            assert_eq!(classify(&pcm, &[]).len(), samples.div_ceil(GATE_FRAME));
            assert!(intervals(&classify(&pcm, &[0.9; 40]), samples).len() <= 1);
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "a bound for release builds")]
fn it_costs_less_than_two_milliseconds_a_second() {
    use rustix::time::{ClockId, clock_gettime};
    let pcm = at_level(&chords(100.0, 0.5), -10.0);
    let before = clock_gettime(ClockId::ThreadCPUTime);
    classify(&pcm, &[]);
    let after = clock_gettime(ClockId::ThreadCPUTime);
    let spent_ms = (after.tv_sec - before.tv_sec) * 1_000 + (after.tv_nsec - before.tv_nsec) / 1_000_000;
    assert!(spent_ms < 2 * i64::try_from(SECONDS).unwrap(), "{spent_ms} ms for {SECONDS} s");
}
