//! Streams a core and word errors of the service against the ordinary way, and its CPU over bare whisper.cpp calls.
//!
//! Four ways hear the same sound with the same model, in one build and one run, one thread each:
//! - *service*: what runs in production from a chunk to the rows of a window: streaming gate and cut, Silero, the
//!   span trimmed to speech, a short audio context, guards and retries, triage, stitching, intervals, and the pipe to
//!   a recogniser process. Kafka and Postgres are left out; they cost the same whichever way a window is heard.
//! - *bare*: Silero and one decode of each span, called directly: the floor that the service is compared with.
//! - *ordinary*: live speech as it is heard without all that: windows of 3 to 6.5 s, each padded to the full 30 s
//!   context as whisper.cpp does by default, no speech gate.
//! - *padded*: the same over the windows of the service, which wait up to 12 s for a pause: what its cut alone is worth.
//!
//! All times are CPU times of the processes involved, so that waiting on a busy machine does not count. Service and
//! bare calls take turns window by window, the others round by round; every ratio is the median of the rounds.

mod cpu;
#[path = "../../../xtask/src/demo/errors.rs"]
#[expect(dead_code, unused_imports, reason = "its tests run where it lives")]
mod errors;
mod measure;
mod plot;
mod report;
mod score;
mod sound;
#[path = "../../../xtask/src/demo/spoken.rs"]
#[expect(dead_code, reason = "its tests run where it lives")]
mod spoken;
mod ways;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Parser;

/// The argument that makes this program a recogniser process.
const RECOGNISER: &str = "recogniser";

/// Measure transcription; writes transcribe.csv and transcribe.svg to target/bench
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with tiny.en-q8_0.bin and silero-vad.bin [default: ~/.cache/earwitness/models]
    #[arg(long)]
    models: Option<PathBuf>,
    /// Minutes of the demo's talk to hear; all of it is 10
    #[arg(long, default_value_t = 10.0)]
    talk: f64,
    /// Minutes of the demo's music to hear
    #[arg(long, default_value_t = 2.0)]
    music: f64,
    /// Rounds; ratios are their medians
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<std::process::ExitCode> {
    if std::env::args().nth(1).is_some_and(|argument| argument == RECOGNISER) {
        return Ok(speech::child::main());
    }
    let arguments = Arguments::parse();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("no checkout around the crate")?;
    let models = match arguments.models {
        Some(folder) => folder,
        None => {
            std::env::home_dir().context("no home folder: name one with --models")?.join(".cache/earwitness/models")
        }
    };
    let demo = checkout.join("tests/demo");
    let sounds = sound::talk_and_music(&demo, arguments.talk * 60.0, arguments.music * 60.0)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rounds = runtime.block_on(measure::rounds(&models, &sounds, arguments.rounds))?;
    let report = report::Report::of(&sounds, &rounds);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, text) in [("transcribe.csv", report.csv()), ("transcribe.svg", plot::svg(&report))] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("wrote {}", path.display());
    }
    std::io::stdout().write_all(report.table().as_bytes())?;
    Ok(std::process::ExitCode::SUCCESS)
}
