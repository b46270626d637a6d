//! What is wrong with the settings: the key, where it stands, and what is expected.

use std::path::{Path, PathBuf};

use figment::error::Kind;

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigFault {
    /// The file cannot be read.
    #[error("cannot read the settings in {}: {why}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        why: String,
    },
    /// A key of the file.
    #[error("{}:{line}: {what}", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The key and what is wrong with it.
        what: String,
    },
    /// A key of the environment or of a flag.
    #[error("{what}")]
    Elsewhere {
        /// Where, which key, and what is wrong with it.
        what: String,
    },
    /// A value out of its range.
    #[error("{key}: expected {expected}")]
    Range {
        /// The key.
        key: String,
        /// What it may be.
        expected: String,
    },
}

impl ConfigFault {
    pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        Self::Unreadable { file: file.to_owned(), why: error.to_string() }
    }

    pub(super) fn in_file(file: &Path, text: &str, error: &figment::Error) -> Self {
        let (file, what) = (file.to_owned(), told(error));
        // A file that is no TOML at all fails without a path; the parser's own words tell the line then.
        if let Err(broken) = text.parse::<toml::Table>() {
            let line = broken.span().map_or(1, |span| line_at(text, span.start));
            return Self::Line { file, line, what: broken.message().to_owned() };
        }
        let mut path = error.path.clone();
        if let Kind::UnknownField(field, _) = &error.kind
            && path.last() != Some(field)
        {
            path.push(field.clone());
        }
        let line = line_of(text, &path).unwrap_or(1);
        Self::Line { file, line, what }
    }

    pub(super) fn elsewhere(error: &figment::Error) -> Self {
        let name = error.metadata.as_ref().map(|metadata| metadata.name.to_string());
        let from = name.map_or(String::new(), |name| format!(" (from {name})"));
        Self::Elsewhere { what: format!("{}{from}", told(error)) }
    }
}

/// The key and what is wrong with it, without figment's own words around it.
fn told(error: &figment::Error) -> String {
    let key = error.path.join(".");
    if let Kind::UnknownField(field, known) = &error.kind {
        return format!("{key}: there is no key {field:?} here; known are {}", known.join(", "));
    }
    let colon = if key.is_empty() { "" } else { ": " };
    format!("{key}{colon}{}", error.kind)
}

/// The line on which the key at `path` stands.
fn line_of(text: &str, path: &[String]) -> Option<usize> {
    let (last, tables) = path.split_last()?;
    let mut inside = tables.is_empty();
    let header = tables.join(".");
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let name: String = name.chars().filter(|c| !matches!(c, '"' | '\'' | ' ')).collect();
            inside = name == header;
            if name == path.join(".") {
                return Some(index + 1);
            }
        }
        let key = line.split('=').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        if line.contains('=') && ((inside && key == last) || key == path.join(".")) {
            return Some(index + 1);
        }
    }
    None
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}
