//! The manifest of the repository, and what a manifest may not say.

use super::*;

fn repository_manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/whisper.toml")
}

/// The repository's manifest after one replacement, as the problem it is refused with.
#[track_caller]
fn refusal(from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(repository_manifest()).unwrap();
    assert!(text.contains(from), "{from:?} is not in the manifest");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text.replacen(from, to, 1)).unwrap();
    let error = Manifest::load(file.path()).expect_err(to);
    let cause = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
    format!("{error}: {cause}")
}

#[test]
fn every_model_of_the_repository_has_its_facts() {
    let manifest = Manifest::load(&repository_manifest()).unwrap();
    let names: Vec<&str> = manifest.models().iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["tiny.en", "base", "small", "large-v3-turbo", "silero"]);
    for model in manifest.models() {
        assert_eq!(model.licence, "MIT");
        assert!(model.header.is_none_or(|header| header.ftype == 2007));
        assert_eq!(model.path(Path::new("/c")), Path::new("/c/models").join(&model.file));
    }
    let languages = |name: &str| manifest.model(name).unwrap().languages.len();
    assert_eq!(
        (languages("tiny.en"), languages("base"), languages("large-v3-turbo"), languages("silero")),
        (1, 99, 100, 0)
    );
    // Whisper's language tokens follow from the size of the vocabulary: 51,766 and one each.
    for model in manifest.models() {
        if let Some(header) = model.header.filter(|_| model.languages.len() > 1) {
            assert_eq!(header.n_vocab as usize, 51_766 + model.languages.len(), "{}", model.name);
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_the_place() {
    for (from, to, problem) in [
        ("kind = \"whisper\"", "kind = \"tune\"", "unknown variant"),
        ("about = ", "abuot = ", "unknown field `abuot`"),
        ("name = \"tiny.en\"", "name = \"../tiny\"", "letters, digits"),
        ("name = \"base\"", "name = \"tiny.en\"", "file must be called"),
        ("file = \"tiny.en-q8_0.bin\"", "file = \"/etc/passwd\"", "file must be called tiny.en-q8_0.bin"),
        ("languages = \"english\"", "languages = \"klingon\"", "no language set \"klingon\""),
        ("input = \"vocabulary\"", "input = \"weights\"", "one vocabulary"),
        ("package = \"silero-vad\"", "package = \"--index-url=x\"", "no package is called"),
        ("version = \"6.2.3\"", "version = \"6 --pre\"", "no package is called"),
        ("converter = \"silero\"", "converter = \"ggml-f16\"", "does not make a file of its kind"),
        ("url = \"https://", "url = \"http://", "not an https address"),
        ("ggml-base.bin\"", "\"", "names no file"),
        ("sha1 = \"c78c", "sha1 = \"c78", "not a hash of 40"),
        ("n_vocab = 51864\n", "", "missing field `n_vocab`"),
    ] {
        let found = refusal(from, to);
        assert!(found.contains(problem), "{to}: {found}");
    }
    let twice = std::fs::read_to_string(repository_manifest()).unwrap().replace("silero-vad.bin", "tiny.en-vad.bin");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), twice.replace("name = \"silero\"", "name = \"tiny.en\"")).unwrap();
    assert!(Manifest::load(file.path()).unwrap_err().to_string().contains("tiny.en: stands twice"));
    assert!(matches!(Manifest::load(Path::new("/no/such/file")), Err(ManifestError::Open { .. })));
}

#[test]
fn an_unknown_model_is_answered_with_those_that_there_are() {
    let manifest = Manifest::load(&repository_manifest()).unwrap();
    let error = manifest.model("large").unwrap_err().to_string();
    assert!(error.contains("\"large\"") && error.contains("tiny.en, base"), "{error}");
}

#[test]
fn a_model_is_located_by_name_when_its_file_is_there() {
    let cache = tempfile::tempdir().unwrap();
    assert_eq!(locate(cache.path(), "base"), None);
    std::fs::create_dir(cache.path().join("models")).unwrap();
    for file in ["base-q8_0.bin", "silero-vad.bin"] {
        std::fs::write(cache.path().join("models").join(file), "x").unwrap();
    }
    assert_eq!(locate(cache.path(), "base"), Some(cache.path().join("models/base-q8_0.bin")));
    assert_eq!(locate(cache.path(), "silero"), Some(cache.path().join("models/silero-vad.bin")));
    assert_eq!(locate(cache.path(), "../models/base"), None);
}
