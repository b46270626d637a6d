//! `demo`: the demo room through the whole pipeline, and what came out against the script that it was spoken from.

mod errors;
mod folder;
mod instance;
mod judge;
mod record;
mod report;
mod script;
mod spoken;
mod wall;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::bail;

use self::{
    instance::{Instance, Interrupts},
    record::Record,
    script::Script,
};
use crate::{
    build,
    place::Place,
    program::{announce, told},
};

/// Set up, build, start everything, play the demo room, and print what was heard and flagged
///
/// The room is 48 minutes long and played as fast as it goes. Then everything is stopped and started again on the same
/// folder, which must show the same. It stays up until Ctrl-C. The folder is made anew at each run.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask demo
  cargo xtask demo --exit                   ends by itself; status 0 if all that the demo promises came out
  cargo xtask demo --data-dir /srv/demo")]
pub(crate) struct Arguments {
    /// End by itself, with status 1 if a promise is broken
    #[arg(long)]
    exit: bool,
    /// The instance's folder; by default target/demo, or one under the system's temporary folder where the database's
    /// user cannot enter the checkout
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

pub(crate) fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    build::build(place)?;
    let room = place.root.join("tests/demo");
    let script = Script::load(&room.join("script.toml"))?;
    let interrupts = Interrupts::watch()?;
    let data = folder::fresh(place, arguments.data_dir.as_deref())?;
    announce(&format!("starting everything in {}", data.display()));
    let mut instance = Instance::start(place, &data, &interrupts)?;
    announce("playing the demo room: 48 minutes of sound, as fast as they are heard");
    let began = Instant::now();
    instance.run("ingest", &[room.as_os_str(), "--wait".as_ref()])?;
    let took = began.elapsed();
    let first = Record::read(&instance, &script.room)?;
    announce(&format!("heard and screened in {}: {}", told(took), told_pace(&script, took)));

    announce("stopping, and starting again on the same folder");
    instance.stop()?;
    let mut instance = Instance::start(place, &data, &interrupts)?;
    let again = Record::read(&instance, &script.room)?;

    let outcome = judge::judge(&script, &first, &again);
    print!("{}", report::told(&script, &first, &outcome));
    let kept = outcome.promises.iter().all(|promise| promise.is_kept);
    if arguments.exit {
        instance.stop()?;
        return Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    eprint!("{}", instance.commands_to_try(&script.room));
    instance.wait_for_end()?;
    Ok(ExitCode::SUCCESS)
}

fn told_pace(script: &Script, took: Duration) -> String {
    format!("{:.0} times as fast as it was spoken", script.expect.total_s / took.as_secs_f64())
}

/// Nothing to go on with: the user ended it.
fn interrupted<T>() -> anyhow::Result<T> {
    bail!("interrupted; everything is stopped")
}
