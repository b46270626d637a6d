//! The shipped classifier against ONNX Runtime, and folders that do not hold one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::MiniLm;
use crate::{Classifier, ClassifyError, Scores};

mod categories;

const FILES: [&str; 3] = ["model.onnx", "tokenizer.json", "calibration.json"];

static MINILM: LazyLock<MiniLm> = LazyLock::new(|| MiniLm::load(&shipped()).unwrap());

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/classifier")
}

fn score(text: &str) -> Vec<f32> {
    MINILM.score(text).unwrap().probabilities().collect()
}

/// What ONNX Runtime 1.31 and the Python package of the tokenizer give for the same files.
#[derive(Deserialize)]
struct Expected {
    text: String,
    probabilities: Vec<f32>,
}

#[test]
fn probabilities_are_those_of_onnx_runtime() {
    let expected: Vec<Expected> = serde_json::from_str(include_str!("expected.json")).unwrap();
    assert_eq!(expected.len(), 20);
    for Expected { text, probabilities } in expected {
        let found = score(&text);
        assert_eq!(found.len(), probabilities.len());
        let is_close = found.iter().zip(&probabilities).all(|(one, two)| (one - two).abs() < 5e-3);
        assert!(is_close, "{text:?}: {found:?}, expected {probabilities:?}");
    }
}

#[test]
fn the_heads_stand_in_the_order_of_the_model() {
    let heads = ["hate", "harassment", "violence", "self_harm", "sexual", "sexual_minors", "scam", "profanity"];
    assert_eq!(MINILM.heads(), heads);
}

#[test]
fn the_identity_is_the_hash_of_the_three_files() {
    let bytes = FILES.map(|file| fs::read(shipped().join(file)).unwrap()).concat();
    assert_eq!(MINILM.identity().sha256, format!("{:x}", Sha256::digest(bytes)));
}

#[track_caller]
fn check(text: &str, above_half: &[&str]) {
    let found: Vec<&str> =
        MINILM.heads().iter().zip(score(text)).filter(|(_, p)| *p > 0.5).map(|(head, _)| head.as_str()).collect();
    assert_eq!(found, above_half, "{text:?} scores {:?}", score(text));
}

#[test]
fn what_is_meant_is_found_and_what_is_harmless_is_not() {
    check("Immigrants are animals, every last one of them.", &["hate"]);
    check("You are a worthless idiot and nobody wants you here.", &["harassment"]);
    check("Kill all of them, do not leave one alive.", &["violence"]);
    check("I want to die, I have the pills here, and I will take them all tonight.", &["self_harm"]);
    check("Transfer the money to the safe account that I am giving you and tell nobody at the bank.", &["scam"]);
    check("Oh shit, I spilled the coffee all over the fucking keyboard.", &["profanity"]);
    check("That striker absolutely killed it on Saturday, what a goal.", &[]);
    check("He said that he would kill him, and the court sentenced him to nine years.", &[]);
    check("Our listeners have risen to one point three million, which is remarkable.", &[]);
    check("I am a proud Muslim woman and I live in Leeds.", &[]);
}

#[test]
fn any_text_has_a_score() {
    let megabyte = "word ".repeat(200_000);
    let one_word = "я".repeat(500_000);
    let texts = [
        "",
        " \t\r\n",
        "\0\u{1}\u{7f}\u{200b}\u{feff}",
        "[SEP] [CLS] [PAD]",
        "سأجدك",
        "ไทย",
        "👩‍👩‍👧",
        &megabyte,
        &one_word,
    ];
    for text in texts {
        let scores = score(text);
        assert_eq!(scores.len(), 8);
        assert!(scores.iter().all(|p| (0.0..=1.0).contains(p)), "{scores:?}");
    }
}

#[test]
fn what_lies_beyond_sixty_four_tokens_is_not_read() {
    let sixty_two = "you fool ".repeat(31);
    assert_eq!(MINILM.score(&sixty_two).unwrap(), MINILM.score(&format!("{sixty_two} kill")).unwrap());
}

#[test]
fn threads_share_one_classifier() {
    let text = "He's a moron, a complete clown, and his fans are clowns too.";
    let alone = MINILM.score(text).unwrap();
    let together: Vec<Scores> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| MINILM.score(text).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(together.iter().all(|scores| *scores == alone));
}

/// A copy of the shipped folder; `sums` are those of the shipped files until [`sign`](Self::sign).
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in FILES.into_iter().chain(["SHA256SUMS"]) {
            fs::copy(shipped().join(file), folder.path().join(file)).unwrap();
        }
        Self(folder)
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(file), bytes).unwrap();
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.0.path().join(file)).unwrap()
    }

    /// Writes `SHA256SUMS` anew, as the owner of another model would.
    fn sign(&self) {
        let lines = FILES.map(|file| format!("{:x}  {file}\n", Sha256::digest(self.read(file))));
        self.write("SHA256SUMS", lines.concat());
    }

    /// The shipped folder with category heads as given, signed.
    fn with_categories(text: &str) -> Self {
        let folder = Self::new();
        folder.write("categories.json", text);
        folder.sign();
        let sums = String::from_utf8(folder.read("SHA256SUMS")).unwrap();
        folder.write("SHA256SUMS", format!("{sums}{:x}  categories.json\n", Sha256::digest(text)));
        folder
    }

    fn error(&self) -> String {
        chain_of(MiniLm::load(self.0.path()))
    }

    fn error_with_categories(&self) -> String {
        chain_of(MiniLm::load_with_categories(self.0.path()))
    }
}

/// The error of loading with its causes.
fn chain_of(loaded: Result<MiniLm, ClassifyError>) -> String {
    let error = loaded.err().expect("an error");
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        chain = format!("{chain}: {error}");
        cause = error.source();
    }
    chain
}

#[test]
fn a_damaged_or_missing_file_is_named() {
    for file in FILES {
        let folder = Folder::new();
        let mut bytes = folder.read(file);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        folder.write(file, &bytes);
        let error = folder.error();
        assert!(error.contains(&format!("{file} is damaged, cut short or another file")), "{error}");
        folder.write(file, &bytes[..middle]);
        assert!(folder.error().contains(&format!("{file} is damaged, cut short or another file")));
        fs::remove_file(folder.0.path().join(file)).unwrap();
        let error = folder.error();
        assert!(error.contains("cannot read") && error.contains(file), "{error}");
    }
}

#[test]
fn sums_that_are_missing_or_do_not_list_a_file_are_named() {
    let folder = Folder::new();
    folder.write("SHA256SUMS", [0xff, 0xfe, b'\n']);
    let error = folder.error();
    assert!(error.contains("SHA256SUMS names no SHA-256 of model.onnx"), "{error}");
    fs::remove_file(folder.0.path().join("SHA256SUMS")).unwrap();
    assert!(folder.error().contains("SHA256SUMS"));
}

/// `file` replaced by `bytes` and signed: the error begins by naming `named` and says `what`.
#[track_caller]
fn check_foreign(file: &str, bytes: impl AsRef<[u8]>, named: &str, what: &str) {
    let folder = Folder::new();
    if named != "model.onnx" {
        folder.write("model.onnx", ""); // Small files are looked at first, and 23 MB take a second to hash here.
    }
    folder.write(file, bytes);
    folder.sign();
    let error = folder.error();
    assert!(error.contains(named) && error.contains(what), "{error}");
}

#[test]
fn a_foreign_tokenizer_or_calibration_is_named_with_the_reason() {
    let text = String::from_utf8(Folder::new().read("calibration.json")).unwrap();
    let check_calibration = |from: &str, to: &str, named: &str, what: &str| {
        assert!(text.contains(from), "{from}");
        check_foreign("calibration.json", text.replacen(from, to, 1), named, what);
    };
    check_foreign("tokenizer.json", "", "tokenizer.json", "cannot use");
    check_foreign("tokenizer.json", "{\"version\": \"1.0\"}", "tokenizer.json", "cannot use");
    check_foreign("calibration.json", "[]", "calibration.json", "cannot use");
    check_calibration("\"scam\"", "\"spam\"", "calibration.json", "platt.spam is missing");
    check_calibration("0.82054", "-1.0", "calibration.json", "platt.hate wants a finite a above 0");
    check_calibration(": 64", ": 2", "calibration.json", "max_tokens is 2");
    check_calibration(": 64", ": 513", "calibration.json", "max_tokens is 513");
    check_calibration("30522", "30000", "tokenizer.json", "the calibration speaks of 30000");
    check_calibration("\"profanity\"\n ]", "\"scam\", \"scam\"\n ]", "model.onnx", "instead of 9 finite logits");
}

#[test]
fn a_foreign_model_is_named_with_the_reason() {
    let model = Folder::new().read("model.onnx");
    let check_model = |bytes: &[u8], what: &str| check_foreign("model.onnx", bytes, "model.onnx", what);
    let renamed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let mut renamed = model.clone();
        // Names stand before and after the weights.
        for at in (0..200_000).chain(model.len() - 1000..model.len() - from.len()) {
            if model[at..].starts_with(from.as_bytes()) {
                renamed[at..at + to.len()].copy_from_slice(to.as_bytes());
            }
        }
        renamed
    };
    check_model(b"", "it holds no graph");
    check_model(b"not a model", "cannot use");
    check_model(&model[..model.len() / 2], "cannot use");
    check_model(&renamed("logits", "scores"), "its outputs [\"scores\"]");
    check_model(&renamed("input_ids", "input_xyz"), "its inputs are [\"input_xyz\"");
    check_model(&renamed("LayerNormalization", "LayerNormalisation"), "cannot use");
}
