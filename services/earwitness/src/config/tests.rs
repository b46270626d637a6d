//! Files right and wrong, and secrets that stay hidden.

use super::*;

fn load(text: &str) -> Result<Config, ConfigFault> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("earwitness.toml");
    std::fs::write(&file, text).unwrap();
    Config::load(&Flags { config: Some(file), ..Flags::default() })
}

fn fault(text: &str) -> String {
    let told = load(text).unwrap_err().to_string();
    told.rsplit_once('/').map_or(told.clone(), |(_, name)| name.to_owned())
}

#[test]
fn the_defaults_hold_and_every_key_has_a_comment() {
    load("").unwrap();
    let mut commented = false;
    for line in Config::defaults().lines() {
        let is_key = line.contains(" = ") && !line.starts_with('#');
        let shares = line.starts_with("max_ms") || line.starts_with("min_ms") || line.starts_with("\"*\"");
        let threshold = line.split(" = ").nth(1).is_some_and(|value| value.parse::<f32>().is_ok_and(|v| v <= 2.0));
        assert!(!is_key || commented || shares || threshold, "no comment above: {line}");
        commented = line.starts_with('#');
    }
}

#[test]
fn a_bad_key_is_named_with_its_line() {
    let unknown =
        "earwitness.toml:3: kafka.partition: there is no key \"partition\" here; known are brokers, partitions, ";
    assert!(fault("[kafka]\n\npartition = 3\n").starts_with(unknown));
    assert!(fault("[kafka]\npartitions = \"many\"\n").starts_with("earwitness.toml:2: kafka.partitions: invalid type"));
    assert!(fault("[kafka\n").starts_with("earwitness.toml:1: "));
    assert!(fault("[kafka]\npartitions = 0\n").contains("kafka.partitions: expected 1 to 1000"));
}

#[test]
fn windows_need_room_between_their_bounds() {
    assert!(fault("[transcribe.windows.\"tiny.en\"]\nmin_ms = 11900\n").contains("room for two margins"));
}

#[test]
fn the_aims_of_the_default_file_are_those_of_the_house() {
    assert_eq!(load("").unwrap().deadlines.aims(), domain::Aims::default());
}

#[test]
fn the_token_of_the_transparency_database_is_never_shown() {
    let shown = |token: &str| toml::to_string(&load(&format!("[statements]\ntoken = \"{token}\"\n")).unwrap()).unwrap();
    assert!(shown("hunter5").contains("token = \"***\"") && !shown("hunter5").contains("hunter"));
    assert!(shown("").contains("token = \"\""));
}

#[test]
fn secrets_are_masked() {
    let config = load("[database]\nurl = \"postgres://me:hunter2@db/x?sslmode=require&password=hunter3&a=b\"\n[kafka.properties]\n\"sasl.password\" = \"hunter4\"\n").unwrap();
    let shown = toml::to_string(&config).unwrap();
    assert!(shown.contains("postgres://me:***@db/x?sslmode=require&password=***&a=b"));
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(!format!("{config:?}").contains("hunter2"));
}
