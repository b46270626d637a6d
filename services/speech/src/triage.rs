//! What sound without speech is: silence, music or noise. Pure and deterministic; about 0.5 ms a second of sound.
//!
//! Measured on synthetic noise and on hours of recorded music, three properties tell them apart without any training:
//! *tonality* (the spectrum of a second of music has lines, that of noise is smooth), *change* (music moves from note
//! to note, hum and test tones stand still) and *rhythm* (drums repeat, applause and rain do not).

use serde::{Deserialize, Serialize};

use crate::hearing::GATE_FRAME;
use spectrum::Spectra;

mod rhythm;
mod spectrum;
mod tonality;

/// A frame below this level, mean removed, is silence: quiet room tone of a microphone included.
const SILENCE_DBFS: f32 = -55.0;
/// Silent frames (0.5 s) that a rest needs to be silence.
const SHORTEST_SILENCE: usize = 16;
/// Silero's probability from which a frame is speech, and the frames (0.25 s) that a run of it needs.
const SPEECH: f32 = 0.5;
const SHORTEST_SPEECH: usize = 8;
/// Silence, music and noise of less than 2 s are no intervals of their own.
const SHORTEST_INTERVAL: usize = 2 * 16_000;

/// What one stretch of sound is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// Somebody speaks, by Silero.
    Speech,
    /// Next to nothing.
    Silence,
    /// Tones that change, or a rhythm.
    Music,
    /// Anything else, hum and steady tones included.
    Noise,
}

/// A stretch of one kind, in samples from the begin of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// First sample.
    pub first: usize,
    /// One past the last sample; `first < end`.
    pub end: usize,
    /// Its kind.
    pub sound: Sound,
}

/// The kind of each 32 ms frame ([`GATE_FRAME`] samples, the last may be shorter) of a window of 16 kHz mono.
///
/// `speech` holds Silero's probability of each frame; frames that it does not reach count as 0. Windows of 4 s and
/// more are told best: a second of context or less often reads as noise.
pub fn classify(window: &[i16], speech: &[f32]) -> Vec<Sound> {
    let mut sounds: Vec<Sound> = window
        .chunks(GATE_FRAME)
        .map(|frame| if level_dbfs(frame) < SILENCE_DBFS { Sound::Silence } else { Sound::Noise })
        .collect();
    close_gaps(&mut sounds);
    mark_speech(&mut sounds, speech);
    if !sounds.contains(&Sound::Noise) {
        return sounds;
    }
    let wanted: Vec<bool> = sounds.iter().map(|sound| *sound == Sound::Noise).collect();
    let spectra = Spectra::of(window, &wanted);
    let tonal = tonality::musical(&spectra);
    let rhythmic = rhythm::musical(&spectra);
    for (i, sound) in sounds.iter_mut().enumerate() {
        if *sound == Sound::Noise && (tonal[i] || rhythmic[i]) {
            *sound = Sound::Music;
        }
    }
    sounds
}

/// Merges frames to intervals that tile `0..samples` in order. Silence, music or noise of less than 2 s joins its longer
/// neighbour that is not speech, and speech where it has no other. Speech stands at any length.
pub fn intervals(sounds: &[Sound], samples: usize) -> Vec<Interval> {
    let mut runs: Vec<Interval> = Vec::new();
    for (i, &sound) in sounds.iter().enumerate() {
        let end = ((i + 1) * GATE_FRAME).min(samples);
        push(&mut runs, Interval { first: i * GATE_FRAME, end, sound });
    }
    let short = |run: &Interval| run.sound != Sound::Speech && run.end - run.first < SHORTEST_INTERVAL;
    let length = |run: &Interval| run.end - run.first;
    while let Some(i) = (0..runs.len()).filter(|&i| short(&runs[i])).min_by_key(|&i| length(&runs[i])) {
        let around = [i.checked_sub(1), Some(i + 1)];
        let beside: Vec<Interval> = around.iter().filter_map(|at| runs.get((*at)?)).copied().collect();
        let other = beside.iter().filter(|run| run.sound != Sound::Speech).max_by_key(|run| length(run));
        let Some(into) = other.or(beside.first()) else { break };
        runs[i].sound = into.sound;
        let merged = std::mem::take(&mut runs);
        for run in merged {
            push(&mut runs, run);
        }
    }
    runs
}

fn push(runs: &mut Vec<Interval>, run: Interval) {
    match runs.last_mut() {
        Some(last) if last.sound == run.sound => last.end = run.end,
        _ => runs.push(run),
    }
}

/// The rests between short notes, or between the strokes of a keyboard, are no silence.
fn close_gaps(sounds: &mut [Sound]) {
    let mut from = 0;
    let lengths: Vec<usize> = sounds.chunk_by(|a, b| a == b).map(<[Sound]>::len).collect();
    for length in lengths {
        let end = from + length;
        if sounds[from] == Sound::Silence && length < SHORTEST_SILENCE && from > 0 && end < sounds.len() {
            sounds[from..end].fill(Sound::Noise);
        }
        from = end;
    }
}

fn mark_speech(sounds: &mut [Sound], speech: &[f32]) {
    let mut from = 0;
    for run in speech[..speech.len().min(sounds.len())].chunk_by(|a, b| (*a >= SPEECH) == (*b >= SPEECH)) {
        if run[0] >= SPEECH && run.len() >= SHORTEST_SPEECH {
            sounds[from..from + run.len()].fill(Sound::Speech);
        }
        from += run.len();
    }
}

/// Root mean square around the mean, full scale 0 dB. A frame is never empty.
fn level_dbfs(frame: &[i16]) -> f32 {
    let count = frame.len() as f32;
    let mean = frame.iter().map(|&s| f32::from(s)).sum::<f32>() / count;
    let power = frame.iter().map(|&s| (f32::from(s) - mean).powi(2)).sum::<f32>() / count;
    10.0 * (power / 32_768_f32.powi(2) + 1e-12).log10()
}

#[cfg(test)]
mod tests;
