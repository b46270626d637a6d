//! `build`: set-up, the binary, the embedded broker, and the models that the default settings need.

mod broker;

use std::{
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::Context;

use crate::{
    place::Place,
    program::{announce, cargo, run as run_program, told},
    setup,
};

/// What the default settings hear with; the last gates speech.
const MODELS: [&str; 3] = ["tiny.en", "base", "silero"];

/// Set up, then build the binary and the embedded broker and fetch the models
///
/// Leaves target/release/earwitness; broker and models go to the cache folder (`EARWITNESS_CACHE_DIR`, by default
/// ~/.cache/earwitness) and are found there the next time.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask build
  EARWITNESS_CACHE_DIR=/srv/cache cargo xtask build")]
pub(crate) struct Arguments {}

pub(crate) fn run(place: &Place, _: &Arguments) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    build(place)?;
    announce(&format!("built {} in {}", place.binary().display(), told(began.elapsed())));
    Ok(ExitCode::SUCCESS)
}

/// Everything that a run on embedded defaults needs.
pub(crate) fn build(place: &Place) -> anyhow::Result<()> {
    setup::ensure()?;
    binary(place)?;
    broker::build(place)?;
    announce(&format!("models {} (the first time 215 MB are fetched, then converted)", MODELS.join(" ")));
    let mut fetch = Command::new(place.binary());
    fetch.args(["models", "fetch"]).args(MODELS).env("EARWITNESS_CACHE_DIR", &place.cache);
    run_program(&mut fetch).context("the models could not be fetched; what has arrived is kept for the next time")
}

fn binary(place: &Place) -> anyhow::Result<()> {
    let first = if place.binary().is_file() { "" } else { " (the first time: some 10 minutes on 2 cores)" };
    announce(&format!("building earwitness{first}"));
    let mut command = cargo(place);
    command.args(["build", "--release", "--locked", "--package", "earwitness", "--target-dir"]).arg(place.target());
    run_program(&mut command)
}
