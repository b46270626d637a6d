//! The checks beside the tests; each counts as one.

use std::process::Command;

use anyhow::bail;

use crate::{
    generate,
    place::Place,
    program::{announce, cargo, run, succeeds},
    tidy,
};

/// A check by its name.
pub(super) struct Check {
    pub(super) name: &'static str,
    /// Needs no server.
    pub(super) is_quick: bool,
    pub(super) run: fn(&Place) -> anyhow::Result<()>,
}

/// All checks that this machine has the programs for, in order.
pub(super) fn all() -> Vec<Check> {
    let quick = |name, run| Check { name, is_quick: true, run };
    let mut checks = vec![
        quick("tidy", tidy as fn(&Place) -> anyhow::Result<()>),
        quick("format", format),
        quick("clippy", clippy),
        quick("documentation", documentation),
        Check { name: "generated files", is_quick: false, run: generated },
    ];
    let optional = [
        ("cargo deny", succeeds("cargo", &["deny", "--version"]), deny as fn(&Place) -> anyhow::Result<()>),
        ("docker compose config", succeeds("docker", &["compose", "version"]), compose),
    ];
    for (name, is_there, run) in optional {
        if is_there {
            checks.push(quick(name, run));
        } else {
            announce(&format!("{name}: left out, it is not installed"));
        }
    }
    checks
}

fn tidy(place: &Place) -> anyhow::Result<()> {
    let faults = tidy::check(place)?;
    for fault in &faults {
        eprintln!("    {fault}");
    }
    if !faults.is_empty() {
        bail!("{} faults", faults.len());
    }
    Ok(())
}

/// A toolchain may come without them.
fn component(name: &str) -> anyhow::Result<()> {
    let subcommand = if name == "rustfmt" { "fmt" } else { name };
    if succeeds("cargo", &[subcommand, "--version"]) {
        return Ok(());
    }
    announce(&format!("rustup component add {name}"));
    run(Command::new("rustup").args(["component", "add", name]))
}

fn format(place: &Place) -> anyhow::Result<()> {
    component("rustfmt")?;
    run(cargo(place).args(["fmt", "--all", "--check"]))?;
    // A package of its own.
    run(cargo(place).args(["fmt", "--check", "--manifest-path", "services/broker/Cargo.toml"]))
}

fn clippy(place: &Place) -> anyhow::Result<()> {
    component("clippy")?;
    let mut command = cargo(place);
    command.args(["clippy", "--release", "--locked", "--workspace", "--all-targets", "--target-dir"]);
    run(command.arg(place.target()).args(["--", "--deny", "warnings"]))
}

fn documentation(place: &Place) -> anyhow::Result<()> {
    let mut command = cargo(place);
    command.args(["doc", "--release", "--locked", "--workspace", "--no-deps", "--quiet", "--target-dir"]);
    run(command.arg(place.target()).env("RUSTDOCFLAGS", "--deny warnings"))
}

fn generated(place: &Place) -> anyhow::Result<()> {
    let stale = generate::check(place)?;
    if !stale.is_empty() {
        bail!("stale, run `cargo xtask generate`: {}", stale.join(", "));
    }
    Ok(())
}

fn deny(place: &Place) -> anyhow::Result<()> {
    run(cargo(place).args(["deny", "--offline", "check", "bans", "licenses", "sources"]))
}

fn compose(place: &Place) -> anyhow::Result<()> {
    let mut command = Command::new("docker");
    command.current_dir(&place.root).args(["compose", "--profile", "*", "config", "--quiet"]);
    run(command.env("POSTGRES_PASSWORD", "for-this-check").env("SERVICE_PASSWORD", "for-this-check"))
}
