//! `test`: set-up, build, every check and every test, and one line that sums them up.

mod checks;
mod tally;

use std::{
    io::{BufRead, BufReader, Write},
    process::{ExitCode, Stdio},
    time::Instant,
};

use anyhow::Context;

use self::tally::Tally;
use crate::{
    build,
    place::Place,
    program::{announce, cargo, told, told_command},
    setup,
};

/// Set up, build, and run every check and every test
///
/// Ends with a line `N passed, N failed`: tests as cargo counts them, and each check as one. Status 1 if any failed.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask test
  cargo xtask test --quick")]
pub(crate) struct Arguments {
    /// Only checks and tests that need no server and no model: nothing is built for a run
    #[arg(long)]
    quick: bool,
}

pub(crate) fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    if arguments.quick {
        setup::ensure()?;
    } else {
        build::build(place)?;
        announce(&format!("built in {}", told(began.elapsed())));
    }
    let testing = Instant::now();
    let mut tally = Tally::default();
    let checks = checks::all().into_iter().filter(|check| !arguments.quick || check.is_quick);
    for check in checks {
        announce(check.name);
        let began = Instant::now();
        match (check.run)(place) {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                eprintln!("FAILED {}: {error:#}", check.name);
                tally.fail(check.name);
            }
        }
        eprintln!("    {} took {}", check.name, told(began.elapsed()));
    }
    tests(place, arguments.quick, &mut tally)?;
    announce(&format!("checks and tests took {}", told(testing.elapsed())));
    for name in &tally.failures {
        eprintln!("    failed: {name}");
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All tests of the workspace; `quick` means those beside the code.
fn tests(place: &Place, quick: bool, tally: &mut Tally) -> anyhow::Result<()> {
    announce(if quick { "unit tests" } else { "tests, unit to end-to-end" });
    let mut command = cargo(place);
    command
        .args(["test", "--release", "--locked", "--workspace", "--no-fail-fast", "--target-dir"])
        .arg(place.target());
    if quick {
        command.args(["--lib", "--bins"]);
    }
    command.env("EARWITNESS_CACHE_DIR", &place.cache).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot run {}", told_command(&command)))?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let mut out = std::io::stdout().lock();
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    // By bytes: a test may print anything.
    while reader.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    drop(out);
    let status = child.wait()?;
    tally.end_of_tests(status.success());
    Ok(())
}
