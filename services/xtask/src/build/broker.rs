//! The embedded broker: a package of its own, built into the cache once for all checkouts and data folders.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::{
    place::Place,
    program::{announce, cargo, run},
};

const PROGRAM: &str = "earwitness-broker";

/// Builds the broker unless the cache holds it already.
pub(super) fn build(place: &Place) -> anyhow::Result<()> {
    let source = place.root.join("services/broker");
    let version =
        version(&fs::read_to_string(source.join("Cargo.toml")).context("cannot read the broker's Cargo.toml")?)?;
    let folder = place.cache.join("broker").join(&version);
    let program = folder.join(PROGRAM);
    let inputs = inputs(&source)?;
    if program.is_file() && is_made_from(&folder, &inputs)? {
        announce(&format!("embedded broker {version}: in the cache"));
        return Ok(());
    }
    announce(&format!("building the embedded broker {version} (once: some 15 minutes on 2 cores)"));
    let target = place.cache.join(format!("build/broker-{version}"));
    let mut command = cargo(place);
    // Its declared minimum is a later Rust than ours; it builds on ours as well.
    command.args(["build", "--release", "--locked", "--ignore-rust-version", "--manifest-path"]);
    command.arg(source.join("Cargo.toml")).arg("--target-dir").arg(&target);
    run(&mut command)?;
    install(&target.join("release").join(PROGRAM), &program)?;
    replace(&stamp(&folder), &inputs)
}

/// The version that names the folder in the cache: that of the broker's library.
fn version(manifest: &str) -> anyhow::Result<String> {
    let manifest: toml::Table = manifest.parse().context("the broker's Cargo.toml is damaged")?;
    let library = manifest.get("dependencies").and_then(|all| all.get("nisshi-broker"));
    let pinned = library.and_then(|library| library.get("version")?.as_str()?.strip_prefix('='));
    Ok(pinned.context("the broker's Cargo.toml pins no exact version of nisshi-broker")?.to_owned())
}

/// All that the broker is made from, as one text.
fn inputs(source: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    for name in ["Cargo.toml", "Cargo.lock", "src/main.rs"] {
        text += &fs::read_to_string(source.join(name)).with_context(|| format!("cannot read {name} of the broker"))?;
    }
    if fs::read_dir(source.join("src")).is_ok_and(|entries| entries.count() > 1) {
        bail!("the broker has more source files than xtask knows of: add them to `inputs`");
    }
    Ok(text)
}

/// Whether the program in `folder` was made from `inputs`. One that says nothing counts, and says so from now on.
fn is_made_from(folder: &Path, inputs: &str) -> anyhow::Result<bool> {
    match fs::read_to_string(stamp(folder)) {
        Ok(text) => Ok(text == inputs),
        Err(_) => replace(&stamp(folder), inputs).map(|()| true),
    }
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("made-from.txt")
}

/// Puts a copy of `built` in the place of `program`, which may be running.
fn install(built: &Path, program: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot copy the broker to {}", program.display());
    let beside = program.with_extension("new");
    fs::create_dir_all(program.parent().unwrap_or(program)).with_context(failed)?;
    fs::copy(built, &beside).with_context(failed)?;
    fs::rename(&beside, program).with_context(failed)
}

fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{inputs, install, is_made_from, version};
    use crate::place::Place;

    #[test]
    fn the_version_is_the_pinned_one() {
        let manifest = "[dependencies]\nnisshi-broker = { version = \"=1.2.3\" }";
        assert_eq!(version(manifest).unwrap(), "1.2.3");
        assert!(version("[dependencies]\nnisshi-broker = { version = \"1.2\" }").is_err());
        assert!(version("[dependencies]").is_err());
    }

    #[test]
    fn a_program_is_built_anew_when_what_it_is_made_from_changes() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_made_from(folder.path(), "one").unwrap());
        assert!(is_made_from(folder.path(), "one").unwrap());
        assert!(!is_made_from(folder.path(), "two").unwrap());
    }

    #[test]
    fn the_inputs_of_the_real_broker_are_known() {
        let source = Place::find().unwrap().root.join("services/broker");
        assert!(inputs(&source).unwrap().contains("nisshi-broker"));
    }

    #[test]
    fn a_new_program_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let (built, program) = (folder.path().join("built"), folder.path().join("cache/broker"));
        for text in ["one", "two"] {
            fs::write(&built, text).unwrap();
            install(&built, &program).unwrap();
            assert_eq!(fs::read_to_string(&program).unwrap(), text);
        }
    }
}
