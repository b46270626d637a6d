//! The one binary: any service, or all of them on embedded defaults, and the commands that read what they wrote.

mod answer;
mod clock;
mod commands;
mod config;
mod instance;
mod layout;
mod logging;
mod models;
mod picture;
mod relay;
mod services;

use clap::{Parser, Subcommand};

use crate::{answer::Answer, config::Flags};

/// Every second of every live audio room accounted for: heard, screened, and provable.
#[derive(Parser)]
#[command(version, about, max_term_width = 110, after_help = EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  earwitness models fetch tiny.en base silero     fetch the weights once
  earwitness up                                   start everything in ./earwitness-data
  earwitness ingest talk.opus --room town-hall --wait
  earwitness coverage town-hall                   what became of every second
  earwitness flags town-hall --json               what a person should look at
  earwitness rooms show town-hall --svg hall.svg  the room as a picture

Exit codes: 0 done, 1 the answer is no, 2 wrong usage or bad input, 3 not reachable or not ready,
4 done in part, 70 a bug in Earwitness.";

#[derive(Subcommand)]
enum Command {
    /// Start everything: database, broker, and all services, until Ctrl-C
    Up(commands::up::Arguments),
    /// Send sound of files, folders or standard input into a room
    Ingest(commands::ingest::Arguments),
    /// Run the transcription service alone
    Transcribe(commands::worker::Arguments),
    /// Run the screening service alone
    Screen(commands::worker::Arguments),
    /// Run the writer of the audit log alone
    Sequence(commands::worker::SequenceArguments),
    /// List rooms, or show one
    Rooms(commands::rooms::Arguments),
    /// What became of every second of a room
    Coverage(commands::coverage::Arguments),
    /// What was said in a room
    Transcript(commands::transcript::Arguments),
    /// What a person should look at in a room
    Flags(commands::flags::Arguments),
    /// Clips of flags: list, hand out, check; or cut them as a service alone
    Evidence(commands::evidence::Arguments),
    /// How long what is kept: legal holds, the log of deletions, a sweep now
    Retention(commands::retention::Arguments),
    /// Erase on a person's request, and say what was kept and why
    Erase(commands::erase::Arguments),
    /// Score texts with the classifier
    Classify(commands::classify::Arguments),
    /// Check, test and try rule packs
    Rules(commands::rules::Arguments),
    /// Check statements of reasons
    Statement(commands::statement::Arguments),
    /// A room's dossier, the transparency report, statements of reasons; sheets checked, anyone's
    Report(commands::report::Arguments),
    /// Cases: what belongs together, who has it, what was decided
    Case(commands::case::Arguments),
    /// Notices: what anyone tells us of content (Articles 16 and 22)
    Notice(commands::notice::Arguments),
    /// Orders of authorities (Articles 9 and 10; terrorist content)
    Order(commands::order::Arguments),
    /// Complaints about decisions (Article 20)
    Complaint(commands::complaint::Arguments),
    /// Disputes before out-of-court bodies (Article 21)
    Dispute(commands::dispute::Arguments),
    /// Threats to life, told to the authorities (Article 18)
    Escalation(commands::escalation::Arguments),
    /// Misuse counted, warned of, suspended (Article 23)
    Suspension(commands::suspension::Arguments),
    /// What is due, the soonest first
    Deadlines(commands::deadlines::Arguments),
    /// Check a bundle offline: every byte, signature, proof and sum
    Verify(commands::verify::Arguments),
    /// Measure how well a rule or a classifier head tells one category, by blind labels of people
    Study(commands::study::Arguments),
    /// Check, prove and hand over the log of everything that was done
    Audit(commands::audit::Arguments),
    /// List, fetch and verify speech models
    Models(commands::models::Arguments),
    /// Bring the database's schema up to date
    Migrate(commands::migrate::Arguments),
    /// Show the settings that hold
    Config(commands::config::Arguments),
    /// What is wrong here, and what to do
    Doctor(commands::doctor::Arguments),
    /// The recogniser's process; the transcription service starts it
    #[command(hide = true)]
    Recogniser,
}

fn main() -> std::process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return answer::usage(&error),
    };
    if matches!(arguments.command, Command::Recogniser) {
        return speech::child::main();
    }
    answer::exit(run(arguments))
}

fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let config = config::Config::load(&arguments.flags)?;
    logging::start(&config.log)?;
    // Commands that need no instance need no runtime either.
    match arguments.command {
        Command::Classify(arguments) => commands::classify::run(&config, &arguments),
        Command::Rules(arguments) => commands::rules::run(&config, arguments),
        Command::Statement(arguments) => commands::statement::run(&arguments),
        Command::Report(arguments) => commands::report::run(&config, arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Models(arguments) => commands::models::run(&config, arguments),
        Command::Config(arguments) => commands::config::run(&config, &arguments),
        Command::Recogniser => Ok(Answer::Done),
        Command::Up(arguments) => on_runtime(commands::up::run(&config, &arguments)),
        Command::Ingest(arguments) => on_runtime(commands::ingest::run(&config, arguments)),
        Command::Transcribe(arguments) => on_runtime(commands::worker::transcribe(&config, &arguments)),
        Command::Screen(arguments) => on_runtime(commands::worker::screen(&config, &arguments)),
        Command::Sequence(arguments) => on_runtime(commands::worker::sequence(&config, &arguments)),
        Command::Rooms(arguments) => on_runtime(commands::rooms::run(&config, arguments)),
        Command::Coverage(arguments) => on_runtime(commands::coverage::run(&config, &arguments)),
        Command::Transcript(arguments) => on_runtime(commands::transcript::run(&config, &arguments)),
        Command::Flags(arguments) => on_runtime(commands::flags::run(&config, &arguments)),
        Command::Case(arguments) => on_runtime(commands::case::run(&config, arguments)),
        Command::Notice(arguments) => on_runtime(commands::notice::run(&config, arguments)),
        Command::Order(arguments) => on_runtime(commands::order::run(&config, arguments)),
        Command::Complaint(arguments) => on_runtime(commands::complaint::run(&config, arguments)),
        Command::Dispute(arguments) => on_runtime(commands::dispute::run(&config, arguments)),
        Command::Escalation(arguments) => on_runtime(commands::escalation::run(&config, arguments)),
        Command::Suspension(arguments) => on_runtime(commands::suspension::run(&config, arguments)),
        Command::Deadlines(arguments) => on_runtime(commands::deadlines::run(&config, &arguments)),
        Command::Evidence(arguments) => on_runtime(commands::evidence::run(&config, arguments)),
        Command::Retention(arguments) => on_runtime(commands::retention::run(&config, arguments)),
        Command::Erase(arguments) => on_runtime(commands::erase::run(&config, &arguments)),
        Command::Study(arguments) => on_runtime(commands::study::run(&config, arguments)),
        Command::Audit(arguments) => on_runtime(commands::audit::run(&config, arguments)),
        Command::Migrate(arguments) => on_runtime(commands::migrate::run(&config, &arguments)),
        Command::Doctor(arguments) => on_runtime(commands::doctor::run(&config, &arguments)),
    }
}

pub(crate) fn on_runtime(command: impl Future<Output = anyhow::Result<Answer>>) -> anyhow::Result<Answer> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answer = runtime.block_on(Box::pin(command));
    // What still runs then is a blocking read of standard input, which nothing ends.
    runtime.shutdown_background();
    answer
}
