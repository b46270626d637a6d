//! What is refused without an instance: nothing to talk to, settings that are wrong.

use std::fs;

use crate::program::run;

#[test]
fn without_an_instance_every_command_that_needs_one_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("none");
    let sound = folder.path().join("sound.wav");
    fs::write(&sound, crate::sound::wav(&[0; 1600], 16_000, 1, crate::sound::Coding::Pcm16)).unwrap();
    let sound = sound.to_str().unwrap();
    for command in [
        &["coverage", "hall"][..],
        &["transcript", "hall"],
        &["flags", "hall"],
        &["rooms"],
        &["ingest", sound, "--room", "hall"],
    ] {
        let said = run(&[command, &["--data-dir", data.to_str().unwrap()]].concat()).expect(3);
        assert!(said.err.contains("earwitness up"), "{said:?} does not say what to do");
        assert!(said.out.is_empty(), "{said:?}");
    }
    assert!(!data.exists(), "a command that only reads makes no folder");
}

#[test]
fn a_wrong_settings_file_is_refused_by_key_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    for (text, key, line) in [
        ("[transcribe]\npause_ms = 300\nmargin = 1\n", "margin", 3),
        ("[kafka]\npartitions = \"many\"\n", "partitions", 2),
        ("[screen.thresholds]\n\nhate = true\n", "hate", 3),
        ("[log\n", "", 1),
    ] {
        fs::write(&file, text).unwrap();
        for command in [&["config", "--check"][..], &["up"]] {
            let said = run(&[command, &["--config", file.to_str().unwrap()]].concat()).expect(2);
            let named = said.err.contains(key) && said.err.contains(&format!("{line}"));
            assert!(named && said.err.contains("wrong.toml"), "{text:?}: {said:?}");
        }
    }
    let missing = folder.path().join("missing.toml");
    let said = run(&["config", "--check", "--config", missing.to_str().unwrap()]).expect(2);
    assert!(said.err.contains("missing.toml"), "{said:?}");
}
