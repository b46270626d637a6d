//! What verification accepts and refuses, and what a seal is worth.

use std::fs;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::convert::{silero_from_safetensors, silero_source};
use crate::manifest::{Manifest, Source};

/// A cache with a finished file of Silero's shape, and the model that has its hash recorded, or no hash at all.
fn finished(recorded: bool) -> (tempfile::TempDir, PathBuf, Model) {
    let cache = tempfile::tempdir().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/whisper.toml");
    let mut model = Manifest::load(&manifest).unwrap().model("silero").unwrap().clone();
    let (source, path) = (cache.path().join("source"), model.path(cache.path()));
    fs::write(&source, silero_source()).unwrap();
    fs::create_dir(cache.path().join("models")).unwrap();
    let mut out = BufWriter::new(File::create(&path).unwrap());
    silero_from_safetensors(&source, &mut out).unwrap();
    out.into_inner().unwrap();
    let sha256 = recorded.then(|| sha256_of_file(&path).unwrap());
    model.sources = model.sources.into_iter().map(|source| Source { sha256: sha256.clone(), ..source }).collect();
    (cache, path, model)
}

fn seal(path: &Path, model: &Model, sha256: &Sha256Hash) {
    Seal::write(path, model, &model.sources[0].label(), sha256).unwrap();
}

#[test]
fn a_file_with_a_recorded_hash_passes_and_any_change_shows() {
    let (cache, path, model) = finished(true);
    verify(&path, &model).unwrap();
    assert!(matches!(model.state(cache.path()), State::Present(_)));

    let sound = fs::read(&path).unwrap();
    let mut weights = sound.clone();
    weights[400_000] ^= 1;
    fs::write(&path, weights).unwrap();
    assert!(matches!(verify(&path, &model), Err(VerifyError::Hash { .. })));
    let mut head = sound.clone();
    head[20] ^= 1;
    fs::write(&path, head).unwrap();
    assert!(matches!(verify(&path, &model), Err(VerifyError::Content { .. })));
    fs::write(&path, &sound[1..]).unwrap();
    assert!(matches!(verify(&path, &model), Err(VerifyError::Size { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(verify(&path, &model), Err(VerifyError::Open { .. })));
    assert!(matches!(model.state(cache.path()), State::Missing));
}

#[test]
fn without_a_recorded_hash_only_the_seal_of_that_source_vouches() {
    let (cache, path, model) = finished(false);
    assert!(matches!(verify(&path, &model), Err(VerifyError::Hash { .. })));
    let sha256 = sha256_of_file(&path).unwrap();
    seal(&path, &model, &sha256);
    verify(&path, &model).unwrap();
    assert!(matches!(model.state(cache.path()), State::Present(_)));

    Seal::write(&path, &model, "another source", &sha256).unwrap();
    assert!(matches!(verify(&path, &model), Err(VerifyError::Hash { .. })));
    let renamed = Model { name: "other".to_owned(), ..model.clone() };
    seal(&path, &renamed, &sha256);
    assert!(matches!(verify(&path, &model), Err(VerifyError::Hash { .. })));
    fs::write(path.with_extension("bin.json"), "{").unwrap();
    assert!(matches!(verify(&path, &model), Err(VerifyError::Hash { .. })));
}

#[test]
fn a_sealed_file_is_not_read_again_until_it_changes() {
    let (cache, path, model) = finished(true);
    let sha256 = sha256_of_file(&path).unwrap();
    let mut damaged = fs::read(&path).unwrap();
    damaged[400_000] ^= 1;
    fs::write(&path, damaged).unwrap();
    // A seal of the sound file over the damaged one: only reading it all can tell, and `state` does not.
    seal(&path, &model, &sha256);
    assert!(matches!(model.state(cache.path()), State::Present(_)));
    assert!(matches!(verify(&path, &model), Err(VerifyError::Hash { .. })));
    // Its time of change moves: `state` reads it.
    File::options().write(true).open(&path).unwrap().set_modified(UNIX_EPOCH + Duration::from_hours(1)).unwrap();
    assert!(matches!(model.state(cache.path()), State::Damaged { error: VerifyError::Hash { .. }, .. }));
}

#[test]
fn a_whisper_file_is_not_taken_for_voice_activity_nor_the_other_way_round() {
    let (_cache, path, silero) = finished(true);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/whisper.toml");
    let tiny = Manifest::load(&manifest).unwrap().model("tiny.en").unwrap().clone();
    let as_whisper = Model { bytes: silero.bytes, ..tiny };
    assert!(matches!(verify(&path, &as_whisper), Err(VerifyError::Content { .. })));
}
