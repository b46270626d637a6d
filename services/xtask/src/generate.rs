//! `generate`: committed files that are made from others, written anew or compared.

mod queries;

use std::process::ExitCode;

use anyhow::bail;

use crate::{
    place::Place,
    program::{announce, cargo, run as run_program},
};

/// Write generated files anew: the checked queries of the store, and the lock of the rule pack
///
/// Needs an installed Postgres and no sqlx-cli. Commit what changes.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask generate           after a change of a query, a migration or a rule
  cargo xtask generate --check   status 1 if anything is stale; writes nothing
  cargo xtask generate rules     only that")]
pub(crate) struct Arguments {
    /// Compare instead of writing
    #[arg(long)]
    check: bool,
    /// Only these; all without
    what: Vec<What>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// services/store/.sqlx: what Postgres says of each query
    Queries,
    /// models/rules/*/rules.lock: the hash of each rule beside its version
    Rules,
}

pub(crate) fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut stale = Vec::new();
    for (what, generate) in [(What::Queries, queries::generate as Generator), (What::Rules, rules)] {
        if arguments.what.is_empty() || arguments.what.contains(&what) {
            stale.extend(generate(place, arguments.check)?);
        }
    }
    for fault in &stale {
        println!("stale: {fault}");
    }
    Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything compared; each entry names a file that is stale.
pub(crate) fn check(place: &Place) -> anyhow::Result<Vec<String>> {
    let mut stale = queries::generate(place, true)?;
    stale.extend(rules(place, true)?);
    Ok(stale)
}

/// Writes or, with `check`, compares; gives what is stale.
type Generator = fn(&Place, bool) -> anyhow::Result<Vec<String>>;

/// The crate of the rules writes and compares their lock itself.
fn rules(place: &Place, check: bool) -> anyhow::Result<Vec<String>> {
    let packs = place.root.join("models/rules");
    if !place.root.join("services/rules/examples/lock.rs").is_file() {
        bail!("services/rules/examples/lock.rs is missing");
    }
    let mut stale = Vec::new();
    for entry in std::fs::read_dir(&packs)? {
        let pack = entry?.path();
        if !pack.join("pack.toml").is_file() {
            continue;
        }
        announce(&format!("{} rules.lock of {}", if check { "comparing" } else { "writing" }, pack.display()));
        let mut command = cargo(place);
        command.args([
            "run",
            "--quiet",
            "--release",
            "--locked",
            "--package",
            "rules",
            "--example",
            "lock",
            "--target-dir",
        ]);
        command.arg(place.target()).arg("--").arg(&pack).args(check.then_some("--check"));
        if let Err(error) = run_program(&mut command) {
            if !check {
                return Err(error);
            }
            stale.push(format!("{}/rules.lock", pack.display()));
        }
    }
    Ok(stale)
}
