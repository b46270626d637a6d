//! Recorded speech through the engine: words, their times, and speech told from silence. Skipped where the recordings
//! that stand beside some checkouts are missing; the models must be there.
#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use speech::engine::{Engine, library};
use speech::{AudioContext, Hearing, Word};
use support::{english, plain, recordings, request, wav, word_errors};

const CLIPS: [&str; 5] = ["librivox-0870", "librivox-0880", "librivox-0890", "librivox-0920", "librivox-0930"];

/// A word of a forced alignment, in seconds.
#[derive(Clone, Deserialize)]
struct Aligned {
    word: String,
    start: f64,
    end: f64,
}

fn engine() -> Engine {
    Engine::load(&english(), Arc::default(), |_| ()).unwrap()
}

fn spoken(clip: &str) -> Vec<String> {
    let path = recordings().unwrap().join(format!("{clip}.txt"));
    plain(&std::fs::read_to_string(path).unwrap().replace("mister", "mr"))
}

fn heard(hearing: &Hearing) -> Vec<String> {
    hearing.words.iter().flat_map(|word| plain(&word.text)).collect()
}

fn sound(clip: &str) -> Vec<i16> {
    wav(&recordings().unwrap().join(format!("{clip}.wav")))
}

fn aligned(clip: &str) -> Vec<Aligned> {
    let path: PathBuf = recordings().unwrap().join(format!("{clip}.words.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Start and end errors in seconds of the words that come out as they were spoken, in order.
fn time_errors(words: &[Word], truth: &[Aligned]) -> (Vec<f64>, Vec<f64>) {
    let (mut starts, mut ends, mut from) = (Vec::new(), Vec::new(), 0);
    for word in words {
        let text = plain(&word.text.replace("Mr.", "mister")).concat();
        if let Some(at) = (from..truth.len().min(from + 6)).find(|&at| truth[at].word == text) {
            starts.push(f64::from(word.first) / 16_000.0 - truth[at].start);
            ends.push(f64::from(word.end) / 16_000.0 - truth[at].end);
            from = at + 1;
        }
    }
    (starts, ends)
}

fn median_size(errors: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    sizes[sizes.len() / 2]
}

#[test]
fn the_fast_matrix_products_are_compiled_in() {
    // Without it the encoder takes more than twice the time, and nothing else would show it.
    assert!(library().system.contains("LLAMAFILE = 1"), "{}: rebuild whisper-rs-sys", library().system);
}

#[test]
fn read_sentences_are_heard_with_few_errors() {
    if recordings().is_none() {
        return;
    }
    let mut engine = engine();
    let (mut errors, mut words, mut cpu_us, mut samples) = (0, 0, 0, 0);
    for clip in CLIPS.iter().chain(&["jfk"]) {
        let pcm = sound(clip);
        let mut question = request("tiny.en", "en", &pcm);
        let mut hearing = engine.hear(&question).unwrap();
        if hearing.hit_max_tokens {
            question.context = AudioContext::Full;
            hearing = engine.hear(&question).unwrap();
        }
        let wrong = word_errors(&spoken(clip), &heard(&hearing));
        println!("{clip}: {wrong} of {} words wrong", spoken(clip).len());
        errors += wrong;
        words += spoken(clip).len();
        cpu_us += hearing.cpu_us;
        samples += pcm.len();
    }
    let times_real = samples as f64 / 16.0 * 1e3 / cpu_us as f64;
    println!("{errors} of {words} words wrong, {times_real:.1} s of sound a CPU second");
    assert!(errors * 100 <= words * 10, "{errors} of {words} words wrong");
}

#[test]
fn words_stand_where_they_were_spoken() {
    if recordings().is_none() {
        return;
    }
    let mut engine = engine();
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for clip in CLIPS {
        let hearing = engine.hear(&request("tiny.en", "en", &sound(clip))).unwrap();
        let (of_clip, ends_of_clip) = time_errors(&hearing.words, &aligned(clip));
        starts.extend(of_clip);
        ends.extend(ends_of_clip);
    }
    println!("{} words: start {:.3} s, end {:.3} s", starts.len(), median_size(&starts), median_size(&ends));
    assert!(starts.len() >= 50, "only {} words to compare", starts.len());
    assert!(median_size(&starts) <= 0.15, "median start error {:.3} s", median_size(&starts));
    assert!(median_size(&ends) <= 0.15, "median end error {:.3} s", median_size(&ends));
}

#[test]
fn words_of_later_segments_stand_where_they_were_spoken() {
    if recordings().is_none() {
        return;
    }
    let (mut pcm, mut truth) = (Vec::new(), Vec::new());
    for clip in &CLIPS[..4] {
        let shift = pcm.len() as f64 / 16_000.0;
        truth.extend(aligned(clip).into_iter().map(|w| Aligned { start: w.start + shift, end: w.end + shift, ..w }));
        pcm.extend(sound(clip));
        pcm.extend([0; 8_000]);
    }
    let hearing = engine().hear(&request("tiny.en", "en", &pcm)).unwrap();
    let (starts, ends) = time_errors(&hearing.words, &truth);
    println!("{} words: start {:.3} s, end {:.3} s", starts.len(), median_size(&starts), median_size(&ends));
    assert!(hearing.segments.len() >= 4 && starts.len() >= 40, "{} segments", hearing.segments.len());
    assert!(median_size(&starts) <= 0.15, "median start error {:.3} s", median_size(&starts));
}

#[test]
fn the_gate_opens_for_speech_and_stays_shut_for_silence() {
    let mut engine = engine();
    let silence = engine.gate(&vec![0; 64_000]).unwrap();
    assert!(silence.iter().all(|p| *p < 0.1), "{silence:?}");
    if recordings().is_some() {
        let speech = engine.gate(&sound("librivox-0880")).unwrap();
        let open = speech.iter().filter(|p| **p > 0.5).count();
        assert!(open * 10 > speech.len() * 7, "{open} of {} frames", speech.len());
    }
}

#[test]
fn a_hearing_costs_little_more_than_a_bare_call_and_hears_the_same() {
    if recordings().is_none() {
        return;
    }
    let mut engine = engine();
    let question = speech::Request { no_speech: false, ..request("tiny.en", "en", &sound("librivox-0870")) };
    let bare = engine.bare(&question, false).unwrap();
    let hearing = engine.hear(&question).unwrap();
    assert_eq!(plain(&bare.text), heard(&hearing));
    let whole = engine.bare(&question, true).unwrap();
    println!("bare {:?}, hearing {} us, whole frame {:?}", bare.cpu, hearing.cpu_us, whole.cpu);
    assert!(whole.cpu > bare.cpu, "the whole frame costs {:?}, the span's own {:?}", whole.cpu, bare.cpu);
}
