//! `verify`: a bundle offline, without a database and without believing whoever made it.

use std::{fs::File, io::Write, path::PathBuf};

use anyhow::Context;
use dossier::{Difference, Verdict};

use crate::{
    answer::{Answer, BadInput},
    commands::{audit::read_vkey, print_json_line},
};

/// Check a bundle offline: every byte, signature, proof and sum.
///
/// Says what was checked, what differs, and what no check of a bundle can show. 0 if nothing differs, 1 with every
/// difference named.
#[derive(clap::Args)]
#[command(
    after_help = "Without --key this shows that the bundle agrees with itself under the key that it names. Give the key that you
got another way: `earwitness audit key` prints it where the log is.

Examples:
  earwitness verify hall.zip --key earwitness.vkey
  earwitness verify hall.zip --json   a line for each difference, then one with the verdict"
)]
pub(crate) struct Arguments {
    /// The bundle
    bundle: PathBuf,
    /// File with the log's public key as you got it another way
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// JSON Lines instead of text
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
    let given = arguments.key.as_deref().map(read_vkey).transpose()?;
    let unreadable = || BadInput(format!("{} cannot be read", arguments.bundle.display()));
    if !std::fs::metadata(&arguments.bundle).with_context(unreadable)?.is_file() {
        return Err(BadInput(format!("{} is no file", arguments.bundle.display())).into());
    }
    let file = File::open(&arguments.bundle).with_context(unreadable)?;
    let mut broken = None;
    let verdict = dossier::verify(std::io::BufReader::new(file), given.as_ref(), &mut |difference| {
        // After a closed pipe nobody reads on.
        if broken.is_none() {
            broken = tell(&difference, arguments.json).err();
        }
    });
    if let Some(error) = broken {
        return Err(error);
    }
    conclude(&verdict, arguments.json)?;
    Ok(if verdict.sound { Answer::Done } else { Answer::No })
}

fn tell(difference: &Difference, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return print_json_line(&mut out, difference);
    }
    let Difference { code, member, message } = difference;
    match member {
        Some(member) => writeln!(out, "{member}: {message} [{code}]")?,
        None => writeln!(out, "{message} [{code}]")?,
    }
    Ok(())
}

fn conclude(verdict: &Verdict, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return print_json_line(&mut out, verdict);
    }
    writeln!(out, "checked:")?;
    for check in &verdict.checked {
        writeln!(out, "  {:>12}  {}", check.count, check.what)?;
    }
    writeln!(out, "not checked, as no check of a bundle can:")?;
    for what in &verdict.unchecked {
        writeln!(out, "  {what}")?;
    }
    let room = verdict.room.as_deref().unwrap_or("an unknown room");
    match (verdict.sound, &verdict.signer) {
        (true, Some(signer)) if verdict.signer_known => {
            writeln!(
                out,
                "sound: the dossier of {room:?}, signed by {signer}, which is the key given or follows from it"
            )?;
        }
        (true, Some(signer)) => {
            writeln!(out, "sound in itself: the dossier of {room:?}; the signer is unknown and calls itself {signer}")?;
        }
        (true, None) => writeln!(out, "sound in itself: the dossier of {room:?}; the signer is unknown")?,
        (false, _) => writeln!(out, "NOT SOUND: {} differences, named above", verdict.differences)?,
    }
    Ok(())
}
