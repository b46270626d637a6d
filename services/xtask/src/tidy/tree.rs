//! Which files belong to the project, and what may stand at the top.
//!
//! The tree is walked, and git is not asked: it need not be there, and a new file counts before it is added.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// Beside these, only names that begin with a dot.
const TOP: [&str; 15] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "docker-compose.yml",
    "earwitness-data",
    "migrations",
    "models",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "services",
    "target",
    "tests",
];

/// What must stand at the top.
const NEEDED: [&str; 8] =
    ["Cargo.lock", "LICENSE", "README.md", "deny.toml", "docker-compose.yml", "migrations", "models", ".ci/run"];

pub(super) fn check_top(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for entry in fs::read_dir(root).context("cannot read the checkout")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !TOP.contains(&name.as_str()) {
            faults.push(format!("{name}: does not belong at the top of the checkout"));
        }
    }
    let missing = NEEDED.iter().filter(|name| !root.join(name).exists());
    faults.extend(missing.map(|name| format!("{name}: is missing")));
    Ok(faults)
}

/// All files of the project, without what `.gitignore` leaves out.
pub(super) fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let ignored = Ignored::read(&fs::read_to_string(root.join(".gitignore")).unwrap_or_default());
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() && !ignored.contains(path.strip_prefix(root)?) {
                folders.push(path);
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Ignored folders: `/from/the/top/` or `anywhere/`, the two forms that our `.gitignore` has.
struct Ignored(Vec<String>);

impl Ignored {
    fn read(text: &str) -> Self {
        Self(text.lines().chain(["/.git/"]).filter(|line| line.ends_with('/')).map(str::to_owned).collect())
    }

    fn contains(&self, folder: &Path) -> bool {
        let path = format!("/{}/", folder.display());
        self.0
            .iter()
            .any(|line| if line.starts_with('/') { path == *line } else { path.ends_with(&format!("/{line}")) })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{Ignored, check_top, files};

    #[test]
    fn ignored_folders_are_left_out() {
        let ignored = Ignored::read("/target/\n__pycache__/\n# text\n");
        assert!(ignored.contains(Path::new("target")) && ignored.contains(Path::new(".git")));
        assert!(ignored.contains(Path::new("tests/demo/__pycache__")));
        assert!(!ignored.contains(Path::new("services/target")));
        assert!(!ignored.contains(Path::new("not__pycache__")));
    }

    #[test]
    fn strangers_at_the_top_are_named() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("scripts/.deep")).unwrap();
        fs::write(root.path().join("scripts/.deep/a.rs"), "").unwrap();
        let faults = check_top(root.path()).unwrap();
        assert!(faults[0].starts_with("scripts: does not belong"), "{faults:?}");
        assert!(faults.iter().any(|fault| fault == "LICENSE: is missing"), "{faults:?}");
        assert_eq!(files(root.path()).unwrap(), [root.path().join("scripts/.deep/a.rs")]);
    }
}
