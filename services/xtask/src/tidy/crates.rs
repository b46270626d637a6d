//! Rules for each crate: which may depend on which, and whose libraries are whose alone.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::{
    place::Place,
    program::{cargo, output_of},
};

/// Dependencies point from a later line to an earlier one, never within a line.
const LAYERS: [&[&str]; 6] = [
    &["domain"],
    &["wire", "timeline", "rules", "report-formats", "ledger"],
    &["dossier"],
    &["bus", "store", "speech", "classify", "media", "weights", "evidence", "dossier-pdf"],
    &["ingest", "transcribe", "screen", "console", "report", "custody"],
    &["earwitness"],
];

/// Embedded defaults: the binary's, and tests'.
const STANDALONE: &str = "standalone";
/// Developer commands: nobody's, and they depend on nobody.
const XTASK: &str = "xtask";
/// End-to-end tests: dev-dependencies alone.
const TESTS: &str = "e2e";

/// Libraries that one crate alone names.
const OWNED: [(&str, &str); 5] = [
    ("rdkafka", "bus"),
    ("sqlx", "store"),
    ("whisper-rs", "speech"),
    ("figment", "earwitness"),
    ("typst", "dossier-pdf"),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or none for a normal one.
    kind: Option<String>,
    /// Only ours have one.
    path: Option<String>,
}

pub(super) fn check(place: &Place) -> anyhow::Result<Vec<String>> {
    let mut command = cargo(place);
    let text = output_of(command.args(["metadata", "--no-deps", "--format-version=1", "--offline"]))?;
    let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata printed something else")?;
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let say = |what: String| format!("{}: {what}", package.name);
        faults.extend(edges(package).into_iter().map(say));
        let manifest = std::fs::read_to_string(&package.manifest_path)?;
        if !takes_lints(&manifest)? {
            faults.push(say("its Cargo.toml lacks `[lints] workspace = true`".to_owned()));
        }
        let folder = Path::new(&package.manifest_path).parent().and_then(Path::file_name);
        if package.name != TESTS && folder.is_none_or(|folder| folder.to_string_lossy() != package.name) {
            faults.push(say("its folder has another name".to_owned()));
        }
    }
    Ok(faults)
}

fn takes_lints(manifest: &str) -> anyhow::Result<bool> {
    let manifest: toml::Table = manifest.parse().context("a Cargo.toml is damaged")?;
    let takes = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
    Ok(takes == Some(true))
}

/// What is wrong with the dependencies of a package.
fn edges(package: &Package) -> Vec<String> {
    let layer = layer(&package.name);
    if layer.is_none() && ![STANDALONE, XTASK, TESTS].contains(&package.name.as_str()) {
        return vec!["has no place among the layers: give it one in xtask's tidy".to_owned()];
    }
    let mut faults = Vec::new();
    for dependency in &package.dependencies {
        let owner = OWNED.iter().find(|(library, _)| *library == dependency.name).map(|(_, owner)| *owner);
        if let Some(owner) = owner.filter(|owner| *owner != package.name) {
            faults.push(format!("depends on {}, which only {owner} may name", dependency.name));
        }
        if dependency.path.is_some() && !may_depend(&package.name, dependency) {
            faults.push(format!("may not depend on {}", dependency.name));
        }
    }
    faults
}

fn may_depend(package: &str, on: &Dependency) -> bool {
    let is_for_tests = on.kind.as_deref() == Some("dev");
    if package == XTASK || on.name == XTASK {
        return false;
    }
    if package == TESTS {
        return is_for_tests;
    }
    if on.name == STANDALONE {
        return is_for_tests || package == "earwitness";
    }
    layer(package).zip(layer(&on.name)).is_some_and(|(above, below)| below < above)
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::{Dependency, Package, edges, takes_lints};

    #[track_caller]
    fn check(package: &str, on: &str, kind: Option<&str>, holds: bool) {
        let ours = !["rdkafka", "sqlx", "serde"].contains(&on);
        let dependency =
            Dependency { name: on.into(), kind: kind.map(Into::into), path: ours.then(|| "/somewhere".into()) };
        let package = Package { name: package.into(), manifest_path: String::new(), dependencies: vec![dependency] };
        assert_eq!(edges(&package).is_empty(), holds, "{:?}", edges(&package));
    }

    #[test]
    fn dependencies_point_down() {
        check("wire", "domain", None, true);
        check("domain", "wire", None, false);
        check("store", "ledger", None, true);
        check("ledger", "store", None, false);
        check("earwitness", "screen", None, true);
    }

    #[test]
    fn no_crate_depends_on_one_of_its_own_layer() {
        check("ingest", "screen", None, false);
        check("store", "bus", None, false);
        check("rules", "wire", None, false);
    }

    #[test]
    fn embedded_defaults_are_for_the_binary_and_for_tests() {
        check("earwitness", "standalone", None, true);
        check("store", "standalone", Some("dev"), true);
        check("store", "standalone", None, false);
        check("standalone", "domain", None, false);
    }

    #[test]
    fn the_developer_commands_stand_alone() {
        check("xtask", "domain", None, false);
        check("earwitness", "xtask", Some("dev"), false);
    }

    #[test]
    fn end_to_end_tests_depend_for_tests_only() {
        check("e2e", "store", Some("dev"), true);
        check("e2e", "store", None, false);
    }

    #[test]
    fn a_library_has_one_owner() {
        check("bus", "rdkafka", None, true);
        check("ingest", "rdkafka", None, false);
        check("e2e", "sqlx", Some("dev"), false);
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        check("unheard-of", "serde", None, false);
    }

    #[test]
    fn lints_are_taken_from_the_workspace() {
        assert!(takes_lints("[lints]\nworkspace = true").unwrap());
        assert!(!takes_lints("[package]\nname = \"a\"").unwrap());
    }
}
