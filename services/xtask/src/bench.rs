//! `bench`: the longer measurements, each a ratio within one run.

use std::{ffi::OsString, process::ExitCode};

use crate::{
    build,
    place::Place,
    program::{cargo, run as run_program},
};

/// Measure; writes a table, and a file to plot from
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask bench transcribe
  cargo xtask bench audit -- --events 10000000
  cargo xtask bench transcribe -- --help   what the measurement itself takes")]
pub(crate) struct Arguments {
    /// What is measured
    what: What,
    /// Passed on
    #[arg(last = true)]
    rest: Vec<OsString>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Streams a core in real time, against padding every window to 30 s, and CPU over bare whisper.cpp calls
    Transcribe,
    /// Events a second that `audit verify` checks, against reading and hashing the same rows
    Audit,
    /// Time and memory of a transparency report, a population and a sample, of 10 thousand and of a million flags
    Sheets,
}

pub(crate) fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (bench, hears) = match arguments.what {
        What::Transcribe => ("transcribe", true),
        What::Audit => ("audit", false),
        What::Sheets => ("sheets", false),
    };
    build::build(place)?;
    let mut command = cargo(place);
    // Over the workspace: with the features of the tests' build, most of which is then there already.
    command.args(["bench", "--locked", "--workspace", "--bench", bench, "--target-dir"]).arg(place.target());
    command.arg("--");
    if hears {
        command.arg("--models").arg(place.cache.join("models"));
    }
    command.args(&arguments.rest);
    run_program(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
