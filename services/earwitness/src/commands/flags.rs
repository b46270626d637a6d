//! `flags`: what a person should look at in a room.

use std::io::Write;

use domain::{RoomId, StreamTime};
use store::FlagLine;

use crate::{answer::Answer, commands::print_json, config::Config, instance::open_store};

/// What a person should look at in a room.
///
/// A flag points, a person decides. Suppressed ones (an exclusion holds, or the text is suspect) are kept and shown with
/// --all.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness flags town-hall
  earwitness flags town-hall --json --all")]
pub(crate) struct Arguments {
    /// The room
    room: RoomId,
    /// Suppressed ones too
    #[arg(long)]
    all: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let flags = open_store(config, "flags").await?.flags(&arguments.room, arguments.all).await?;
    if arguments.json {
        print_json(&flags)?;
        return Ok(Answer::Done);
    }
    let mut out = std::io::stdout().lock();
    for flag in &flags {
        let at = StreamTime::from_samples(flag.first);
        let reach = flag.reach.map_or_else(|| "reach unknown".to_owned(), |reach| format!("reach {reach}"));
        writeln!(
            out,
            "{at}  {:<15} {:<8} {:.2}  {}  {reach}  ({}, epoch {}, {})",
            flag.category,
            flag.severity,
            flag.score,
            carriers(flag),
            flag.stream,
            flag.epoch,
            flag.status
        )?;
        writeln!(out, "    {:?}", flag.words)?;
    }
    if flags.is_empty() {
        eprintln!("no flags");
    }
    Ok(Answer::Done)
}

/// The rules and heads that carry it.
fn carriers(flag: &FlagLine) -> String {
    let names = flag.findings.iter().filter_map(|finding| finding.rule.as_deref().or(finding.head.as_deref()));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
