//! Fetches models by name into the default cache: `cargo run -p weights --example fetch -- tiny.en base silero`.

use std::path::Path;
use std::process::ExitCode;

use weights::{Manifest, Progress, fetch};

fn main() -> ExitCode {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/whisper.toml");
    let Some(home) = std::env::home_dir() else {
        eprintln!("no home folder");
        return ExitCode::FAILURE;
    };
    let run = || -> Result<(), Box<dyn std::error::Error>> {
        let manifest = Manifest::load(&manifest)?;
        for name in std::env::args().skip(1) {
            let model = manifest.model(&name)?;
            fetch(model, &home.join(".cache/earwitness"), &mut |progress| {
                if !matches!(progress, Progress::Bytes { .. }) {
                    eprintln!("{progress}");
                }
            })?;
        }
        Ok(())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
