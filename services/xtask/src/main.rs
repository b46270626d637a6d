//! Developer commands: `cargo xtask setup|build|demo|test|tidy|generate|bench`.
//!
//! Typed and tested instead of shell scripts, and nothing to install. It depends on no crate of ours, so that it builds in
//! seconds and before everything else; it works on the built binary and on what that prints.
#![expect(clippy::print_stdout, reason = "what a command answers belongs on standard output")]
#![expect(clippy::disallowed_methods, reason = "a developer's settings are in the environment")]

mod bench;
mod build;
mod demo;
mod generate;
mod place;
mod postgres;
mod program;
mod setup;
mod suite;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::place::Place;

/// Developer commands: set up, build, show, test and check the project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 110, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  cargo xtask demo           set up, build, and play the demo room; Ctrl-C ends it
  cargo xtask test           set up, build, and run every test and check
  cargo xtask test --quick   only what needs no server and no model

`demo` and `test` begin with `build`, and `build` with `setup`; what is there already is found in seconds.";

#[derive(Subcommand)]
enum Command {
    Setup(setup::Arguments),
    Build(build::Arguments),
    Demo(demo::Arguments),
    Test(suite::Arguments),
    Tidy(tidy::Arguments),
    Generate(generate::Arguments),
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let outcome = Place::find().and_then(|place| match command {
        Command::Setup(arguments) => setup::run(&arguments),
        Command::Build(arguments) => build::run(&place, &arguments),
        Command::Demo(arguments) => demo::run(&place, &arguments),
        Command::Test(arguments) => suite::run(&place, &arguments),
        Command::Tidy(arguments) => tidy::run(&place, &arguments),
        Command::Generate(arguments) => generate::run(&place, &arguments),
        Command::Bench(arguments) => bench::run(&place, &arguments),
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::from(2)
    })
}
