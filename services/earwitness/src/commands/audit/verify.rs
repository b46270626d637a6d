//! `audit verify`: the whole log against its checkpoints, however long it is.

use std::{io::Write, path::PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::SignedCheckpoint;
use report::{Found, Known, Verdict};
use serde::Serialize;

use super::{read_vkey, vouch};
use crate::{
    answer::{Answer, BadInput},
    commands::print_json_line,
    config::Config,
    instance::open_store,
};

pub(super) const EXAMPLES: &str =
    "Without --key this shows that the log agrees with itself under the keys in the database. Whoever holds the
key and the database could have written both anew; give the key that you got another way, and heads that you kept.
Witnesses and roots of time stamps are those of the settings.

Examples:
  earwitness audit verify
  earwitness audit verify --key earwitness.vkey
  earwitness audit verify --checkpoint head-of-june --checkpoint head-of-july
  earwitness audit verify --json   a line for each difference, then one with the verdict
  earwitness audit verify --database-url postgres://…";

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// File with the log's public key as you got it another way
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// File with a head of the log that you kept (`audit checkpoint`): the log must have grown out of it
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// JSON Lines instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    difference: &'static str,
    message: String,
}

#[derive(Serialize)]
struct VerdictLine<'a> {
    sound: bool,
    events: u64,
    proved: u64,
    unsigned: u64,
    waiting: i64,
    checkpoints: u64,
    differences: u64,
    key: Option<&'a str>,
    key_given: bool,
    key_known: bool,
    kept: usize,
    cosignatures: u64,
    stamps: u64,
    unknown: u64,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<Answer> {
    let key = arguments.key.as_deref().map(read_vkey).transpose()?;
    let checkpoints = arguments.checkpoint.iter().map(read_checkpoint).collect::<anyhow::Result<Vec<_>>>()?;
    let store = open_store(config, "audit").await?;
    let others = vouch::vouching(config, store.clone())?;
    let witnesses = others.witnesses.into_iter().map(|witness| witness.key).collect();
    let roots = others.authority.map_or_else(Vec::new, |authority| authority.roots);
    let known = Known { key, checkpoints, witnesses, roots };
    // Draws to standard error, and nothing where that is no terminal.
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} events, {per_sec}, {eta} left")?);
    let mut broken = None;
    let mut told = |found: Found| {
        let written = bar.suspend(|| tell(&found, arguments.json));
        broken = broken.take().or(written.err());
    };
    let mut progress = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let verdict = report::verify(&store, &known, &mut told, &mut progress).await?;
    bar.finish_and_clear();
    if let Some(error) = broken {
        return Err(error);
    }
    conclude(&verdict, &known, arguments.json)?;
    Ok(if verdict.differences == 0 { Answer::Done } else { Answer::No })
}

fn read_checkpoint(path: &PathBuf) -> anyhow::Result<SignedCheckpoint> {
    let bytes = std::fs::read(path).with_context(|| BadInput(format!("cannot read {}", path.display())))?;
    SignedCheckpoint::parse(&bytes).with_context(|| BadInput(format!("{} holds no checkpoint", path.display())))
}

fn tell(found: &Found, json: bool) -> anyhow::Result<()> {
    let mut message = found.to_string();
    let mut cause = std::error::Error::source(found);
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    let mut out = std::io::stdout().lock();
    if json {
        print_json_line(&mut out, &Line { difference: found.code(), message })?;
    } else {
        writeln!(out, "{message}")?;
    }
    Ok(())
}

fn conclude(verdict: &Verdict, known: &Known, json: bool) -> anyhow::Result<()> {
    let (seen, sound, key) = (&verdict.summary, verdict.differences == 0, verdict.vkey.as_deref());
    let (vouched, key_given, kept) = (verdict.vouched, known.key.is_some(), known.checkpoints.len());
    let mut out = std::io::stdout().lock();
    if json {
        let line = VerdictLine {
            sound,
            events: seen.events,
            proved: seen.proved,
            unsigned: seen.unsigned,
            waiting: verdict.waiting,
            checkpoints: seen.checkpoints,
            differences: verdict.differences,
            key,
            key_given,
            key_known: verdict.key_known,
            kept,
            cosignatures: vouched.cosignatures,
            stamps: vouched.stamps,
            unknown: vouched.unknown,
        };
        return print_json_line(&mut out, &line);
    }
    writeln!(
        out,
        "{}: {} events, {} proved by {} checkpoints, {} not signed yet, {} without a place yet",
        if sound { "sound" } else { "NOT SOUND" },
        seen.events,
        seen.proved,
        seen.checkpoints,
        seen.unsigned,
        verdict.waiting
    )?;
    if !sound {
        writeln!(out, "{} differences, named above", verdict.differences)?;
    }
    if kept > 0 && sound {
        writeln!(out, "it grew out of the {kept} checkpoints given")?;
    }
    if vouched.cosignatures + vouched.stamps + vouched.unknown > 0 {
        let report::Vouched { cosignatures, stamps, unknown } = vouched;
        writeln!(
            out,
            "vouched for by {cosignatures} cosignatures and {stamps} time stamps; {unknown} by others unknown here"
        )?;
    }
    match (key, key_given) {
        (Some(key), true) if verdict.key_known => writeln!(out, "signed by {key}; the key given is this log's")?,
        (Some(key), false) => writeln!(out, "signed by {key}, as the database says: give --key with what you know")?,
        _ => {}
    }
    Ok(())
}
