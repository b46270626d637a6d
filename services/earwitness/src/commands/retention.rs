//! `retention`: how long what is kept, what must be kept, and what was erased.

use domain::{FlagId, RoomId};

use crate::{
    answer::Answer,
    clock::now,
    commands::{
        evidence::{open_safe, retention},
        print_json,
    },
    config::Config,
    instance::open_store,
};

mod describe;

/// How many things of a class a dry run looks for.
const LOOK: i64 = 100_000;

/// How long what is kept: legal holds, the log of deletions, a sweep now.
///
/// `up` sweeps once a day. Coverage, times and the audit log stay; clips and text go when they are old enough and
/// neither a hold nor an open case keeps them.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness retention run --dry-run
  earwitness retention hold town-hall --why \"order of 3 March, case 7 O 12/26\"
  earwitness retention release town-hall --why \"order lifted\"
  earwitness retention log town-hall
  earwitness retention describe > privacy.md")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Erase what is old, now
    Run {
        /// Say what would be erased
        #[arg(long)]
        dry_run: bool,
    },
    /// Keep a room, or one flag of it, from being erased by age or on request
    Hold(On),
    /// End the holds on a room, or on one flag of it
    Release(On),
    /// The holds that stand
    Holds {
        /// The room; all if not given
        room: Option<RoomId>,
        /// Released ones too
        #[arg(long)]
        all: bool,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// The log of deletions
    Log {
        /// The room; all if not given
        room: Option<RoomId>,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// What speakers must be told, and the impact assessment, filled from the settings, as Markdown
    Describe,
}

#[derive(clap::Args)]
struct On {
    /// The room
    room: RoomId,
    /// One flag of it
    #[arg(long, value_name = "ID")]
    flag: Option<FlagId>,
    /// Why; it stands in the record
    #[arg(long, value_name = "TEXT")]
    why: String,
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.command {
        Command::Run { dry_run: true } => due(config).await,
        Command::Run { dry_run: false } => sweep(config).await,
        Command::Hold(on) => hold(config, &on).await,
        Command::Release(on) => release(config, &on).await,
        Command::Holds { room, all, json } => holds(config, room.as_ref(), all, json).await,
        Command::Log { room, json } => log(config, room.as_ref(), json).await,
        Command::Describe => Ok(describe::run(config)),
    }
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn due(config: &Config) -> anyhow::Result<Answer> {
    let store = open_store(config, "retention").await?;
    let (keep, days) = (retention(config), &config.retention);
    let due = keep.due(&store, LOOK, now()).await?;
    println!("would be erased (of each at most {LOOK} are looked for):");
    println!("  {} segments far from any flag, older than {} days", due.unflagged_texts, days.transcripts_days);
    println!(
        "  {} segments and {} findings of flags, older than {} days",
        due.flagged_texts, due.findings, days.flags_days
    );
    println!("  {} clips, older than {} days", due.clips, days.clips_days);
    println!("  {} dead letters, older than {} hours", due.dead_letters, keep.dead_letter_hours);
    Ok(Answer::Done)
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn sweep(config: &Config) -> anyhow::Result<Answer> {
    let store = open_store(config, "retention").await?;
    let safe = open_safe(config, &store).await?;
    let swept = custody::sweep(&store, &safe.vault, &retention(config), now).await?;
    println!(
        "erased: {} segments, {} findings, {} clips, {} dead letters; {} objects were nobody's",
        swept.texts, swept.findings, swept.clips, swept.dead_letters, swept.orphans
    );
    Ok(Answer::Done)
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn hold(config: &Config, on: &On) -> anyhow::Result<Answer> {
    let store = open_store(config, "retention").await?;
    println!("{}", store.place_hold(&on.room, on.flag, &on.why, now()).await?);
    Ok(Answer::Done)
}

async fn release(config: &Config, on: &On) -> anyhow::Result<Answer> {
    let store = open_store(config, "retention").await?;
    let released = store.release_holds(&on.room, on.flag, &on.why, now()).await?;
    eprintln!("{released} holds released");
    Ok(if released == 0 { Answer::No } else { Answer::Done })
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn holds(config: &Config, room: Option<&RoomId>, all: bool, json: bool) -> anyhow::Result<Answer> {
    let holds = open_store(config, "retention").await?.holds(room, all).await?;
    if json {
        print_json(&holds)?;
        return Ok(Answer::Done);
    }
    for hold in &holds {
        let flag = hold.flag.map_or_else(|| "all of it".to_owned(), |flag| format!("flag {flag}"));
        let until = hold.released.map_or_else(String::new, |at| format!(", released {}", at.format("%Y-%m-%d")));
        println!(
            "{}  {}, {flag}: {} ({}, {}{until})",
            hold.hold,
            hold.room,
            hold.why,
            hold.by,
            hold.placed.format("%Y-%m-%d")
        );
    }
    if holds.is_empty() {
        eprintln!("no holds");
    }
    Ok(Answer::Done)
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn log(config: &Config, room: Option<&RoomId>, json: bool) -> anyhow::Result<Answer> {
    let lines = open_store(config, "retention").await?.deletions(room).await?;
    if json {
        print_json(&lines)?;
        return Ok(Answer::Done);
    }
    for line in &lines {
        let of = line.room.as_deref().map_or_else(String::new, |room| format!(" of {room}"));
        let why = line.why.as_deref().map_or_else(String::new, |why| format!(": {why}"));
        let at = line.at.format("%Y-%m-%dT%H:%M:%SZ");
        println!("{at}  {} {}{of} by {} ({}){why}", line.things, line.class, line.rule, line.actor);
    }
    if lines.is_empty() {
        eprintln!("nothing was erased yet");
    }
    Ok(Answer::Done)
}
