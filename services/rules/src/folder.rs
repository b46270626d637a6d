//! Reads a pack's folder: the only module of the crate that touches a disk.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use crate::{
    limits::{MAX_FILE_BYTES, MAX_FILES, MAX_PACK_BYTES},
    pack::Pack,
    problem::{PackError, PackErrors},
};

impl Pack {
    /// Reads the pack in `folder`: `pack.toml`, `rules/*.toml`, `lists/*.toml`. Other files are let be, but not the
    /// folders of the full format (`filters/`, `tests/`), since a rule would then mean something else.
    ///
    /// # Errors
    /// Everything that is wrong with it; unreadable and oversized files too.
    pub fn load(folder: &Path) -> Result<Self, PackErrors> {
        let mut reading = Reading::default();
        if folder.join("pack.toml").is_file() {
            reading.file(folder, "pack.toml".to_owned());
            reading.all(folder, "rules");
            reading.all(folder, "lists");
            for later in ["filters", "tests"].into_iter().filter(|name| folder.join(name).is_dir()) {
                reading.note(later, "this folder is not supported by this version".to_owned(), None);
            }
        } else {
            let hint = packs_in(folder).map(|packs| format!("packs in this folder: {packs}"));
            reading.note("pack.toml", format!("there is no pack.toml in {}", folder.display()), hint);
        }
        match PackErrors::of(reading.problems) {
            Some(problems) => Err(problems),
            None => Self::parse(reading.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))),
        }
    }
}

fn packs_in(folder: &Path) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten().filter(|entry| entry.path().join("pack.toml").is_file());
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).take(8).collect();
    names.sort();
    (!names.is_empty()).then(|| names.join(", "))
}

#[derive(Default)]
struct Reading {
    files: Vec<(String, String)>,
    bytes: u64,
    problems: Vec<PackError>,
}

impl Reading {
    fn note(&mut self, file: &str, what: String, hint: Option<String>) {
        self.problems.push(PackError { file: file.to_owned(), line: 0, what, hint });
    }

    fn all(&mut self, folder: &Path, name: &str) {
        let inner = folder.join(name);
        if !inner.exists() {
            return;
        }
        let entries = match fs::read_dir(&inner) {
            Ok(entries) => entries,
            Err(error) => return self.note(name, format!("cannot be read: {error}"), None),
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            if self.bytes > MAX_PACK_BYTES {
                return;
            }
            if self.files.len() >= MAX_FILES {
                return self.note(name, format!("more files than {MAX_FILES}"), None);
            }
            match entry.file_name().to_str() {
                Some(file) => self.file(folder, format!("{name}/{file}")),
                None => self.note(name, format!("the name of {} is not UTF-8", path.display()), None),
            }
        }
    }

    fn file(&mut self, folder: &Path, name: String) {
        match read_bounded(&folder.join(&name)) {
            Err(what) => self.note(&name, what, None),
            Ok(text) => {
                self.bytes += text.len() as u64;
                if self.bytes > MAX_PACK_BYTES {
                    return self.note("pack.toml", format!("the pack has more than {MAX_PACK_BYTES} bytes"), None);
                }
                self.files.push((name, text));
            }
        }
    }
}

/// A file's text; no more than one byte over the bound is ever read. What is no plain file (a pipe would hang) is refused.
fn read_bounded(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("has more than {MAX_FILE_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8, from byte {}", error.utf8_error().valid_up_to()))
}
