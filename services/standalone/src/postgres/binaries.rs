//! Finds an installed Postgres.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use super::PostgresError;

/// Where Debian and its kin install each major version; they put none of it in the PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// `initdb` and `postgres` of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    /// The major version, such as `15`.
    pub(crate) major: String,
}

impl Binaries {
    /// The installation in `chosen`, else the first on `search_path`, else the newest of Debian's; with a cluster of
    /// version `wanted`, the first that can run it.
    pub(crate) async fn find(
        chosen: Option<&Path>,
        search_path: &OsStr,
        wanted: Option<&str>,
    ) -> Result<Self, PostgresError> {
        let mut found = Vec::new();
        for folder in candidates(chosen, search_path) {
            let Ok(major) = major_of(&folder).await else { continue };
            let binaries = Self { folder, major };
            if wanted.is_none_or(|wanted| wanted == binaries.major) {
                return Ok(binaries);
            }
            found.push(binaries.major);
        }
        match (wanted, chosen) {
            (Some(wanted), _) if !found.is_empty() => {
                Err(PostgresError::OtherVersion { cluster: wanted.to_owned(), found: found.join(", ") })
            }
            (_, Some(folder)) => Err(PostgresError::NotThere { folder: folder.to_owned() }),
            (_, None) => Err(PostgresError::NotInstalled),
        }
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }
}

/// Folders that may hold an installation, best first.
fn candidates(chosen: Option<&Path>, search_path: &OsStr) -> Vec<PathBuf> {
    if let Some(folder) = chosen {
        return vec![folder.to_owned()];
    }
    // A link in the PATH does for the binary, not for the files that it looks for beside itself.
    let on_path = std::env::split_paths(search_path)
        .filter_map(|folder| Some(fs::canonicalize(folder.join("postgres")).ok()?.parent()?.to_owned()));
    on_path.chain(debian(Path::new(DEBIAN))).collect()
}

/// The `bin` folders of all versions below `root`, newest first.
fn debian(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version that `postgres --version` prints, as in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
async fn major_of(folder: &Path) -> io::Result<String> {
    if !folder.join("initdb").is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut command = Command::new(folder.join("postgres"));
    command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = |text: &str| {
        let version = text.split_whitespace().nth(2)?;
        let major: String = version.chars().take_while(char::is_ascii_digit).collect();
        (!major.is_empty()).then_some(major)
    };
    major(&text).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, fs, path::Path};

    use super::{Binaries, PostgresError, debian};

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let temporary = tempfile::tempdir().unwrap();
        for version in ["9", "15", "16", "notes"] {
            fs::create_dir(temporary.path().join(version)).unwrap();
        }
        let found: Vec<_> = debian(temporary.path());
        assert_eq!(found, ["16/bin", "15/bin", "9/bin"].map(|folder| temporary.path().join(folder)));
    }

    #[tokio::test]
    async fn a_chosen_folder_without_postgres_is_named() {
        let found = Binaries::find(Some(Path::new("/nonexistent")), OsStr::new(""), None).await;
        assert!(matches!(found, Err(PostgresError::NotThere { .. })), "{found:?}");
    }

    #[tokio::test]
    async fn a_cluster_of_another_version_is_not_run() {
        let found = Binaries::find(None, OsStr::new(""), Some("8")).await;
        assert!(matches!(found, Err(PostgresError::OtherVersion { .. })), "{found:?}");
    }
}
