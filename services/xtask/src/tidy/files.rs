//! Rules for each file.

use std::{fs, path::Path};

use anyhow::Context;

const MOST_LINES: usize = 400;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 9] = ["common", "helper", "helpers", "manager", "misc", "types", "util", "utils", "shared"];

/// In Rust: what must not be committed. Each is cut in two, or this file would name itself.
const UNFINISHED: [&str; 5] = [
    concat!("#[ign", "ore"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("XX", "X"),
];

/// Folders of somebody's machine.
const MACHINE_PATHS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/")];

/// Hosts of package registries: packages come by name, from wherever a machine is set up to find them.
const REGISTRIES: [&str; 5] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", "."),
    concat!("proxy.golang", ".org"),
];

/// Files that are made by tools, or that must name what others must not.
fn is_exempt(name: &str) -> bool {
    name == "Cargo.lock" || name == "deny.toml" || name == "LICENSE"
}

/// The faults of one file below `root`, as `path:line: what`.
pub(super) fn check(file: &Path, root: &Path) -> anyhow::Result<Vec<String>> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let path = file.strip_prefix(root).unwrap_or(file);
    // Sound and weights.
    let Ok(text) = String::from_utf8(bytes) else { return Ok(Vec::new()) };
    Ok(check_text(path, &text))
}

fn check_text(path: &Path, text: &str) -> Vec<String> {
    let has = |extensions: &[&str]| path.extension().is_some_and(|found| extensions.iter().any(|one| *one == found));
    let is_rust = has(&["rs"]);
    let is_ours_to_write = has(&["rs", "toml", "sql", "md", "yml"]);
    let mut faults = Vec::new();
    if is_rust {
        faults.extend(whole_file(path, text).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    if path.file_name().is_some_and(|name| is_exempt(&name.to_string_lossy())) {
        return faults;
    }
    let in_line = |line: &str| -> Vec<String> {
        let mut whats = Vec::new();
        if is_ours_to_write && line.ends_with([' ', '\t', '\r']) {
            whats.push("space at the end of the line".to_owned());
        }
        let mut forbid = |words: &[&str], why: &str| {
            whats.extend(words.iter().filter(|word| line.contains(*word)).map(|word| format!("`{word}`: {why}")));
        };
        forbid(&MACHINE_PATHS, "a path of one machine");
        forbid(&REGISTRIES, "packages are named, not their registry");
        if is_rust {
            forbid(&UNFINISHED, "not to be committed");
        }
        whats
    };
    for (number, line) in text.split('\n').enumerate() {
        faults.extend(in_line(line).into_iter().map(|what| format!("{}:{}: {what}", path.display(), number + 1)));
    }
    faults
}

/// Faults of a Rust file as a whole.
fn whole_file(path: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let first = text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") {
        faults.push("does not begin with a `//!` line that says its purpose".to_owned());
    } else if is_crate_root(path) && !is_sentence(first) {
        faults.push("its first line is the crate's purpose: a sentence with a full stop".to_owned());
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        faults.push(format!("{lines} lines, {MOST_LINES} at most"));
    }
    let named = |name: &str| EMPTY_NAMES.contains(&name);
    let parts = path.iter().filter_map(|part| Path::new(part).file_stem()?.to_str());
    faults.extend(parts.filter(|part| named(part)).map(|part| format!("`{part}` names nothing: say what is inside")));
    let inline = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let name = line
            .strip_prefix("mod ")
            .or_else(|| line.split_once(" mod ").filter(|(a, _)| a.starts_with("pub"))?.1.into())?;
        name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    });
    faults.extend(
        inline.filter(|name| named(name)).map(|name| format!("module `{name}` names nothing: say what is inside")),
    );
    faults
}

fn is_crate_root(path: &Path) -> bool {
    path.ends_with("src/lib.rs") || path.ends_with("src/main.rs")
}

fn is_sentence(line: &str) -> bool {
    line.ends_with('.') && line.len() > "//! A sentence.".len()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check_text;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let faults = check_text(Path::new(path), text);
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, part) in faults.iter().zip(expected) {
            assert!(fault.contains(part), "{fault} does not say {part}");
        }
    }

    #[test]
    fn a_tidy_file_has_no_fault() {
        check("services/a/src/b.rs", "//! What it is for.\n\nfn main() {}\n", &[]);
    }

    #[test]
    fn a_file_says_its_purpose_first() {
        check("services/a/src/b.rs", "\n//! Late.\n", &["does not begin"]);
        check("services/a/src/lib.rs", "//! The words of the house\n", &["full stop"]);
    }

    #[test]
    fn a_long_file_is_named() {
        let text = format!("//! Long.\n{}", "\n".repeat(400));
        check("services/a/src/b.rs", &text, &["401 lines"]);
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        check("services/a/src/utils.rs", "//! It.\n", &["`utils`"]);
        check("services/a/src/helpers/b.rs", "//! It.\n", &["`helpers`"]);
        check("services/a/src/b.rs", "//! It.\npub(crate) mod misc;\n", &["module `misc`"]);
        check("services/a/src/types_of_sound.rs", "//! It.\n", &[]);
    }

    #[test]
    fn what_is_unfinished_is_found_by_line() {
        check("services/a/src/b.rs", concat!("//! It.\nfn a() { to", "do!() }\n"), &["b.rs:2:"]);
        check("services/a/README.md", concat!("call to", "do!() here\n"), &[]);
    }

    #[test]
    fn machine_paths_and_registries_are_found_in_any_text() {
        check("README.md", concat!("see /ro", "ot/notes\n"), &["a path of one machine"]);
        check("README.md", concat!("from pypi", ".org\n"), &["registry"]);
        check("services/broker/Cargo.lock", concat!("https://crates", ".io\n"), &[]);
    }

    #[test]
    fn a_space_at_the_end_is_found() {
        check("migrations/a.sql", "select 1; \n", &["a.sql:1: space"]);
    }
}
