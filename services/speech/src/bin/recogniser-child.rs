//! The recogniser process alone: for this crate's tests, and to measure it without the services.

use std::process::ExitCode;

fn main() -> ExitCode {
    speech::child::main()
}
