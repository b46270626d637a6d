//! Starting the recogniser: damaged models and wrong programs give an error that names them.
#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

mod support;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use speech::{ModelFile, Models, Recogniser, Settings, SpeechError};
use support::{english, settings};

/// Something done to the bytes of a model.
type Damage = Box<dyn FnOnce(&mut Vec<u8>)>;

async fn failure(settings: Settings) -> SpeechError {
    Recogniser::start(settings).await.unwrap_err()
}

/// Writes a damaged copy of a model.
fn damaged(folder: &Path, of: &ModelFile, damage: impl FnOnce(&mut Vec<u8>)) -> ModelFile {
    let mut bytes = std::fs::read(&of.path).unwrap();
    damage(&mut bytes);
    let path = folder.join("damaged.bin");
    std::fs::write(&path, bytes).unwrap();
    ModelFile { path, ..of.clone() }
}

/// Bytes of a whisper model before its first tensor: magic, eleven numbers, mel filters, vocabulary.
fn bytes_before_tensors(model: &[u8]) -> usize {
    let number = |at: usize| u32::from_le_bytes(model[at..at + 4].try_into().unwrap()) as usize;
    let filters = 48 + 8 + 4 * number(48) * number(52);
    let words = number(filters);
    (0..words).fold(filters + 4, |at, _| at + 4 + number(at))
}

#[track_caller]
fn assert_names(error: &SpeechError, file: &Path) {
    let text = error.to_string();
    assert!(text.contains(file.to_str().unwrap()), "{text} does not name {}", file.display());
}

#[tokio::test]
async fn a_missing_model_is_named_with_the_cause() {
    let mut models = english();
    models.hearing[0].path = PathBuf::from("/nowhere/tiny.en.bin");
    let error = failure(settings(models)).await;
    assert_names(&error, Path::new("/nowhere/tiny.en.bin"));
    assert!(error.to_string().contains("No such file"), "{error}");
}

#[tokio::test]
async fn a_folder_instead_of_a_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut models = english();
    models.gate.path = folder.path().to_owned();
    assert_names(&failure(settings(models)).await, folder.path());
}

#[tokio::test]
async fn damaged_weights_are_named_whatever_they_do_to_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let good = english();
    let tensors = bytes_before_tensors(&std::fs::read(&good.hearing[0].path).unwrap());
    let damages: [(&str, Damage); 7] = [
        ("empty", Box::new(Vec::clear)),
        ("random", Box::new(|bytes| *bytes = scrambled(bytes.len()))),
        ("header only", Box::new(|bytes| bytes.truncate(48))),
        ("cut in the vocabulary", Box::new(|bytes| bytes.truncate(80_000))),
        ("no tensors", Box::new(move |bytes| bytes.truncate(tensors))),
        ("cut in a tensor", Box::new(|bytes| bytes.truncate(20_000_000))),
        ("no heads", Box::new(|bytes| bytes[16..20].fill(0))),
    ];
    for (what, damage) in damages {
        let file = damaged(folder.path(), &good.hearing[0], damage);
        let models = Models { hearing: vec![file.clone()], ..good.clone() };
        let mut settings = settings(models);
        settings.start_timeout = Duration::from_secs(20);
        let error = failure(settings).await;
        println!("{what}: {error}");
        assert_names(&error, &file.path);
    }
}

#[tokio::test]
async fn damaged_voice_activity_weights_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = english();
    for length in [0, 20, 100, 1_000, 500_000] {
        let gate = damaged(folder.path(), &good.gate, |bytes| bytes.truncate(length));
        let error = failure(settings(Models { gate: gate.clone(), ..good.clone() })).await;
        println!("{length} bytes: {error}");
        assert_names(&error, &gate.path);
    }
}

#[tokio::test]
async fn one_name_for_two_models_is_refused() {
    let mut models = english();
    models.hearing.push(models.hearing[0].clone());
    let error = failure(settings(models)).await;
    assert!(error.to_string().contains("given twice"), "{error}");
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let error = failure(Settings { program: PathBuf::from("/nowhere/earwitness"), ..settings(english()) }).await;
    assert_names(&error, Path::new("/nowhere/earwitness"));
}

#[tokio::test]
async fn a_program_that_is_no_recogniser_is_found_out() {
    for (program, arguments) in [("/bin/true", &[][..]), ("/bin/cat", &[]), ("/bin/echo", &["a line of nine bytes"])] {
        let mut settings = settings(english());
        settings.program = PathBuf::from(program);
        settings.arguments = arguments.iter().map(|&a| a.to_owned()).collect();
        let error = failure(settings).await;
        assert!(matches!(error, SpeechError::LoadCrashed { .. }), "{program}: {error}");
    }
}

#[tokio::test]
async fn a_program_that_never_answers_is_given_up() {
    let mut settings = settings(english());
    settings.program = PathBuf::from("/bin/sleep");
    settings.arguments = vec!["600".to_owned()];
    settings.start_timeout = Duration::from_millis(300);
    let error = failure(settings).await;
    assert!(matches!(error, SpeechError::LoadTimedOut { .. }), "{error}");
}

#[test]
fn the_process_ends_when_its_service_is_gone() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_recogniser-child"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let header = format!(r#"{{"op":"load","models":{}}}"#, serde_json::to_string(&english()).unwrap());
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(&frame(&header, &[])).unwrap();
    let header = r#"{"op":"hear","request":{"model":"tiny.en","language":"en","context":"full",
        "deadline":{"secs":60,"nanos":0},"no_speech":true}}"#;
    stdin.write_all(&frame(header, &scrambled(2 * speech::MAX_SPAN))).unwrap();
    drop(stdin);
    let began = Instant::now();
    let mut answers = Vec::new();
    process.stdout.take().unwrap().read_to_end(&mut answers).unwrap();
    process.wait().unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "it took {:?} to end", began.elapsed());
    assert_eq!(answers.first(), Some(&1), "the first answer is a frame");
}

fn scrambled(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * i / 8 % 251).to_le_bytes()[0]).collect()
}

fn frame(header: &str, body: &[u8]) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    [&[1], &length(header.as_bytes())[..], &length(body), header.as_bytes(), body].concat()
}
