//! `docker-compose.yml`, the production-like way: whole, pinned, without a secret, and in words that the binary knows.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

/// Read by `yaml_serde`, which the YAML organisation keeps up.
fn compose() -> Compose {
    let mut document: yaml_serde::Value = yaml_serde::from_str(&read("docker-compose.yml")).unwrap();
    document.apply_merge().unwrap();
    yaml_serde::from_value(document).unwrap()
}

#[derive(Deserialize)]
struct Compose {
    services: BTreeMap<String, Service>,
    volumes: BTreeMap<String, Option<()>>,
    configs: BTreeMap<String, Config>,
}

#[derive(Deserialize)]
struct Service {
    image: String,
    build: Option<Build>,
    command: Option<Vec<String>>,
    restart: Option<String>,
    #[serde(default)]
    environment: BTreeMap<String, Scalar>,
    healthcheck: Option<Healthcheck>,
    #[serde(default)]
    depends_on: BTreeMap<String, Dependency>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    configs: Vec<UsedConfig>,
}

#[derive(Deserialize)]
struct Build {
    context: String,
    dockerfile: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Number(i64),
    Text(String),
}

#[derive(Deserialize)]
struct Healthcheck {
    test: Vec<String>,
}

#[derive(Deserialize)]
struct Dependency {
    condition: String,
}

#[derive(Deserialize)]
struct UsedConfig {
    source: String,
}

#[derive(Deserialize)]
struct Config {
    content: String,
}

impl Service {
    fn variables(&self) -> BTreeMap<&str, String> {
        let text = |scalar: &Scalar| match scalar {
            Scalar::Number(number) => number.to_string(),
            Scalar::Text(text) => text.clone(),
        };
        self.environment.iter().map(|(name, value)| (name.as_str(), text(value))).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The binary that `cargo xtask build` leaves.
fn earwitness() -> Command {
    let binary = root().join("target/release/earwitness");
    assert!(binary.is_file(), "{} is missing: run `cargo xtask build`", binary.display());
    let mut command = Command::new(binary);
    command.env_clear();
    command
}

/// `text` as compose would fill it in.
fn filled_in(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (variable, after) = after.split_once('}').expect("a variable ends");
        assert!(variable.contains(":?"), "{variable} has a default or may be empty");
        filled += before;
        filled += "secret";
        rest = after;
    }
    filled + rest
}

#[test]
fn every_part_of_the_product_is_there() {
    let compose = compose();
    let names: Vec<&str> = compose.services.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["evidence", "ingest", "kafka", "migrate", "models", "postgres", "screen", "sequence", "transcribe"]
    );
}

#[test]
fn kafka_4_runs_without_zookeeper() {
    let compose = compose();
    let kafka = &compose.services["kafka"];
    assert!(kafka.image.starts_with("apache/kafka:4."), "{}", kafka.image);
    let variables = kafka.variables();
    assert_eq!(variables["KAFKA_PROCESS_ROLES"], "broker,controller");
    assert!(variables.keys().all(|name| !name.contains("ZOOKEEPER")));
}

#[test]
fn images_are_pinned_to_a_version() {
    for (name, service) in compose().services {
        let tag = service.image.rsplit_once(':').map_or("latest", |(_, tag)| tag);
        let is_version = tag.starts_with(|c: char| c.is_ascii_digit()) && tag.contains('.');
        assert!(is_version || service.build.is_some(), "{name}: {}", service.image);
    }
}

#[test]
fn what_runs_on_says_whether_it_is_well() {
    for (name, service) in compose().services {
        let check = service.healthcheck.is_some_and(|check| check.test.first().is_some_and(|first| first == "CMD"));
        assert_eq!(check, service.restart.is_some(), "{name}: whatever is restarted has a check, and nothing else");
    }
}

#[test]
fn dependencies_exist_and_can_be_waited_for() {
    let compose = compose();
    for (name, service) in &compose.services {
        for (on, dependency) in &service.depends_on {
            let other =
                compose.services.get(on).unwrap_or_else(|| panic!("{name} depends on {on}, which is not there"));
            let holds = match dependency.condition.as_str() {
                "service_healthy" => other.healthcheck.is_some(),
                "service_completed_successfully" => other.restart.is_none(),
                "service_started" => true,
                _ => false,
            };
            assert!(holds, "{name} waits for {on} in vain: {}", dependency.condition);
        }
    }
}

#[test]
fn volumes_and_configs_are_declared_and_used() {
    let compose = compose();
    let mounted: BTreeSet<&str> =
        compose.services.values().flat_map(|s| &s.volumes).filter_map(|volume| volume.split(':').next()).collect();
    let named: BTreeSet<&str> = mounted.iter().copied().filter(|source| !source.starts_with('.')).collect();
    assert_eq!(named, compose.volumes.keys().map(String::as_str).collect());
    for folder in mounted.difference(&named) {
        assert!(root().join(folder).is_dir(), "{folder} is mounted and not there");
    }
    let used: BTreeSet<&String> = compose.services.values().flat_map(|s| &s.configs).map(|used| &used.source).collect();
    assert_eq!(used, compose.configs.keys().collect());
}

#[test]
fn the_binary_understands_every_command() {
    let compose = compose();
    let commands = compose.services.iter().filter(|(_, service)| service.build.is_some());
    for (name, arguments) in commands.map(|(name, service)| (name, service.command.as_ref().expect("a command"))) {
        // Unknown words are refused before help is given.
        let output = earwitness().args(arguments).arg("--help").output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let health = compose.services["screen"].healthcheck.as_ref().unwrap();
    assert_eq!(health.test[1], "earwitness");
    assert!(earwitness().args(&health.test[2..]).arg("--help").output().unwrap().status.success());
    assert!(!earwitness().args(["transcribe", "--no-such-flag", "--help"]).output().unwrap().status.success());
}

#[test]
fn the_binary_understands_every_setting() {
    for (name, service) in compose().services.into_iter().filter(|(_, service)| service.build.is_some()) {
        let variables = service.variables().into_iter().map(|(name, value)| (name.to_owned(), filled_in(&value)));
        let output = earwitness().args(["config", "--check"]).envs(variables).env("HOME", "/").output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {err}");
        assert!(!out.contains("secret") && !err.contains("secret"), "{name}: a password is shown");
    }
}

#[test]
fn no_secret_stands_in_the_file() {
    let compose = compose();
    for (name, service) in &compose.services {
        for (variable, value) in service.variables() {
            let is_secret = variable.contains("PASSWORD") || variable.contains("SECRET");
            assert!(!is_secret || value.starts_with("${"), "{name}: {variable} stands in the file");
            if let Some((_, rest)) = value.split_once("://").filter(|(_, rest)| rest.contains('@')) {
                let password = rest.split_once(':').map_or("", |(_, password)| password);
                assert!(password.starts_with("${"), "{name}: {variable} holds a password");
            }
            filled_in(&value);
        }
    }
    for config in compose.configs.values() {
        assert!(config.content.contains("password '${"), "{}", config.content);
        filled_in(&config.content);
    }
}

#[test]
fn the_image_is_built_for_other_machines_and_runs_as_nobody_special() {
    let build = compose().services.remove("screen").unwrap().build.unwrap();
    assert_eq!(build.context, ".");
    let text = read(&build.dockerfile);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let of = |word: &str| lines.iter().filter_map(|line| line.strip_prefix(word)).collect::<Vec<_>>();
    assert!(of("FROM ").iter().all(|image| image.contains("bookworm")), "{:?}", of("FROM "));
    assert_eq!(of("USER "), ["earwitness"]);
    assert!(of("ENV ").iter().any(|line| line.contains("GGML_NATIVE=OFF")));
    let shell = lines.iter().filter(|line| line.starts_with("RUN ") || line.trim_start().starts_with("&&")).count();
    assert!(shell <= 10, "{shell} lines of shell");
    for copied in of("COPY ").into_iter().filter(|line| !line.starts_with("--from")) {
        let source = copied.split(' ').next().unwrap();
        assert!(root().join(source).exists(), "{source} is copied and not there");
    }
}
