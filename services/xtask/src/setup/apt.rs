//! Packages of Debian, Ubuntu and their kin.

use std::{
    collections::BTreeSet,
    fs,
    io::{IsTerminal, stdin},
    path::Path,
    process::Command,
};

use anyhow::{Context, bail};

use crate::program::{announce, on_path, run};

/// Where Debian keeps one folder a cluster, below one a version.
const CLUSTERS: &str = "/etc/postgresql";
const LISTS: &str = "/var/lib/apt/lists";

/// Whether packages can be installed here by apt; `os_release` describes the system.
pub(super) fn is_system_of(os_release: &Path) -> bool {
    let text = fs::read_to_string(os_release).unwrap_or_default();
    on_path("apt-get").is_some() && is_debian(&text)
}

fn is_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .any(|id| id == "debian" || id == "ubuntu")
}

/// Installs `packages`, as root or by sudo.
pub(super) fn install(packages: &[&str]) -> anyhow::Result<()> {
    let by_hand = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    let Some(rights) = Rights::here() else {
        bail!("installing needs root, and sudo is not there: as root, run `apt-get update && {by_hand}`");
    };
    let clusters = clusters(Path::new(CLUSTERS));
    let fresh = lists_are_missing();
    if fresh {
        announce("apt-get update: no package lists are here");
        run(rights.command("apt-get").arg("update"))?;
    }
    announce(&format!("apt-get install {}", packages.join(" ")));
    let install = || {
        let mut command = rights.command("apt-get");
        command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
        run(&mut command)
    };
    if let Err(error) = install() {
        if fresh {
            return Err(error).context(format!("cannot install packages; by hand: `{by_hand}`"));
        }
        // Lists that are too old name packages that are gone.
        announce("apt-get update, then once more");
        run(rights.command("apt-get").arg("update"))?;
        install().with_context(|| format!("cannot install packages; by hand: `{by_hand}`"))?;
    }
    stop_new_clusters(rights, &clusters);
    Ok(())
}

#[derive(Clone, Copy)]
enum Rights {
    Root,
    Sudo,
}

impl Rights {
    fn here() -> Option<Self> {
        if rustix::process::geteuid().is_root() {
            return Some(Self::Root);
        }
        on_path("sudo").map(|_| Self::Sudo)
    }

    fn command(self, program: &str) -> Command {
        let mut command = match self {
            Self::Root => Command::new(program),
            Self::Sudo => {
                let mut command = Command::new("sudo");
                if !stdin().is_terminal() {
                    command.arg("--non-interactive");
                }
                // sudo empties the environment.
                command.args(["env", "DEBIAN_FRONTEND=noninteractive", program]);
                command
            }
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

fn lists_are_missing() -> bool {
    let named = |entry: fs::DirEntry| entry.file_name().to_string_lossy().contains("_Packages");
    !fs::read_dir(LISTS).is_ok_and(|entries| entries.flatten().any(named))
}

/// `15/main` for each cluster that Debian manages.
fn clusters(folder: &Path) -> BTreeSet<(String, String)> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let versions = names(folder).into_iter();
    versions
        .flat_map(|version| names(&folder.join(&version)).into_iter().map(move |name| (version.clone(), name)))
        .collect()
}

/// Debian's package makes a cluster and starts it; ours is another one, in the data folder. Clusters that were there
/// before stay as they are.
fn stop_new_clusters(rights: Rights, before: &BTreeSet<(String, String)>) {
    for (version, name) in clusters(Path::new(CLUSTERS)).difference(before) {
        // It may not have been started at all, in a container for one.
        let stopped = run(rights.command("pg_ctlcluster").args([version, name, "stop"])).is_ok();
        let state = if stopped { "stopped" } else { "not running" };
        eprintln!("    Debian's package made the cluster {version}/{name} ({state}); Earwitness does not use it.");
        eprintln!("    To remove it: pg_dropcluster --stop {version} {name}");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{clusters, is_debian};

    #[test]
    fn debian_and_its_kin_are_known() {
        assert!(is_debian("NAME=x\nID=debian\n"));
        assert!(is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nVARIANT_ID=debian\n"));
        assert!(!is_debian(""));
    }

    #[test]
    fn clusters_are_named_by_version_and_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("15/main")).unwrap();
        let found: Vec<_> = clusters(folder.path()).into_iter().collect();
        assert_eq!(found, [("15".to_owned(), "main".to_owned())]);
        assert!(clusters(&folder.path().join("none")).is_empty());
    }
}
