//! Writes the lock of a rule pack, or compares it: `cargo xtask generate` calls this.
//!
//! Usage: `lock FOLDER [--check]`. A body that changed under its old version is refused in both forms.

use std::{fs, path::Path, process::ExitCode};

use rules::{Lock, Pack};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [folder] => lock(Path::new(folder), false),
        [folder, check] if check == "--check" => lock(Path::new(folder), true),
        _ => Err("usage: lock FOLDER [--check]".to_owned()),
    };
    outcome.map_or_else(
        |error| {
            eprintln!("{error}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

fn lock(folder: &Path, check: bool) -> Result<(), String> {
    let pack = Pack::load(folder).map_err(|errors| errors.to_string())?;
    let (path, now) = (folder.join(Lock::FILE), Lock::of(&pack));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
    };
    let differences = Lock::parse(&text).map_err(|errors| errors.to_string())?.differences(&pack);
    let is_mended_by_us = |hint: Option<&str>| !check && hint == Some("cargo xtask generate");
    let refused = differences.iter().filter(|difference| !is_mended_by_us(difference.hint.as_deref()));
    let refused: Vec<String> = refused.map(ToString::to_string).collect();
    if !refused.is_empty() {
        return Err(refused.join("\n"));
    }
    if check || text == now.to_text() {
        return Ok(());
    }
    fs::write(&path, now.to_text()).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
