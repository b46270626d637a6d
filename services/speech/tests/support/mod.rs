//! Models, sound and measures that the tests of this crate share.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "these are tests"
)]
#![allow(dead_code, reason = "each test binary uses its part, and one may use all")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use speech::{AudioContext, ModelFile, Models, Request, Settings};

pub(crate) fn model(name: &str, file: &str) -> ModelFile {
    let path = model_folder().join(file);
    assert!(path.is_file(), "{} is missing: fetch the models first (`cargo xtask build`)", path.display());
    ModelFile { name: name.to_owned(), path, sha256: "0".repeat(64) }
}

#[expect(clippy::disallowed_methods, reason = "tests find the models where the set-up keeps them")]
fn model_folder() -> PathBuf {
    let cache = std::env::var_os("EARWITNESS_CACHE_DIR").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(".cache/earwitness");
    cache.unwrap_or_else(home).join("models")
}

pub(crate) fn english() -> Models {
    Models { hearing: vec![model("tiny.en", "tiny.en-q8_0.bin")], gate: model("silero", "silero-vad.bin") }
}

pub(crate) fn english_and_base() -> Models {
    let mut models = english();
    models.hearing.push(model("base", "base-q8_0.bin"));
    models
}

/// One process of this crate's own binary.
pub(crate) fn settings(models: Models) -> Settings {
    Settings::new(PathBuf::from(env!("CARGO_BIN_EXE_recogniser-child")), Vec::new(), models, 1)
}

pub(crate) fn request(model: &str, language: &str, pcm: &[i16]) -> Request {
    Request {
        pcm: pcm.to_vec(),
        model: model.to_owned(),
        language: language.to_owned(),
        context: AudioContext::default(),
        deadline: Duration::from_mins(1),
        no_speech: true,
    }
}

/// A second of a 220 Hz tone.
pub(crate) fn tone(seconds: f32) -> Vec<i16> {
    let samples = (seconds * 16_000.0) as u32;
    (0..samples).map(|n| (8_000.0 * (std::f32::consts::TAU * 220.0 * n as f32 / 16_000.0).sin()) as i16).collect()
}

/// Recordings that stand beside the project on some machines.
pub(crate) fn recordings() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/audio");
    folder.is_dir().then_some(folder)
}

/// The samples of a 16 kHz mono 16-bit WAV file.
pub(crate) fn wav(path: &Path) -> Vec<i16> {
    let bytes = std::fs::read(path).unwrap();
    let data = bytes.windows(4).position(|window| window == b"data").unwrap() + 8;
    bytes[data..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Lower case, letters, digits and apostrophes only.
pub(crate) fn plain(text: &str) -> Vec<String> {
    let kept = |c: char| if c.is_alphanumeric() || c == '\'' { c.to_ascii_lowercase() } else { ' ' };
    text.chars().map(kept).collect::<String>().split_whitespace().map(str::to_owned).collect()
}

/// Word errors of `heard` against `spoken`: insertions, deletions and substitutions.
pub(crate) fn word_errors(spoken: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in spoken.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in heard.iter().enumerate() {
            let substituted = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[heard.len()]
}
