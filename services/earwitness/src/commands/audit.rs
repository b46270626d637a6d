//! `audit`: the log over everything that was done, for those who must not have to trust us.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ledger::VerifyingKey;
use report::{KeyFile, ProveError, RotateError, SequencerError};
use uuid::Uuid;

use crate::{
    answer::{Answer, BadInput, NotReady},
    clock::now,
    config::Config,
    instance::open_store,
};

mod population;
mod reperform;
mod sample;
mod verify;
mod vouch;

pub(crate) use vouch::vouching;

/// Check, prove and hand over the log of everything that was done.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  earwitness audit key > earwitness.vkey         give this to whoever shall check the log
  earwitness audit verify --key earwitness.vkey  every event, leaf, checkpoint and key
  earwitness audit prove 0199a2c4-… --out event.tlog-proof
  earwitness audit checkpoint > head             keep it elsewhere: it shows later that nothing was removed
  earwitness audit vouch                         have witnesses sign, and an authority stamp, the log's head
  earwitness audit rotate                        a new key, named by the old one
  earwitness audit population --of flags --from 2026-01-01 --to 2026-12-31 --out flags.jsonl
  earwitness audit sample flags.jsonl --seed \"our own words\" --size 200 --stratify language,category")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print the public key that signs the log, as a C2SP vkey
    #[command(after_help = "Examples:
  earwitness audit key
  earwitness audit key --history   all keys, with the notes in which each names the next")]
    Key {
        /// All keys there have been, with the sizes that they sign from
        #[arg(long)]
        history: bool,
    },
    /// Replace the key that signs the log; the old one names the new one in an event
    #[command(
        after_help = "The new key takes the old one's place in the key's file. Publish `earwitness audit key` afterwards.

Example:
  earwitness audit rotate"
    )]
    Rotate,
    /// Print the log's head as it was signed (C2SP checkpoint), with the cosignatures that it has
    #[command(after_help = "Examples:
  earwitness audit checkpoint --out head
  earwitness audit checkpoint --vouched --out head
  earwitness audit checkpoint --out head --stamp head.token
  openssl ts -verify -token_in -in head.token -data head -CAfile roots.pem")]
    Checkpoint(vouch::CheckpointArguments),
    /// Have the witnesses of the settings sign the log's head now, and the authority stamp it; 4 if some did not
    ///
    /// `earwitness up` does so by itself every `audit.vouch_minutes`. Who vouched for this head already is not asked.
    #[command(after_help = "Example, as settings:
  [audit]
  witnesses = [{ key = \"w.example+1234abcd+BA…\", url = \"https://w.example/witness\" }]
  timestamp_url = \"https://tsa.example/stamp\"
  timestamp_roots = \"tsa-roots.pem\"")]
    Vouch,
    /// Check every event, leaf, checkpoint and key; 1 if anything differs, each difference named
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::Arguments),
    /// Write the proof that an event is in the log (C2SP tlog-proof)
    #[command(after_help = "Examples:
  earwitness audit prove 0199a2c4-5b7e-7c31-8f00-5d2f3e6a9b10 --out event.tlog-proof")]
    Prove {
        /// The event's id, as the database has it
        event: Uuid,
        /// Where to write it; standard output if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List every room, window, flag or decision of a period as the log tells of them, signed, for an auditor
    #[command(after_help = population::EXAMPLES)]
    Population(population::Arguments),
    /// Draw a sample from such a list with a seed that the auditor chooses; needs no instance
    #[command(after_help = sample::EXAMPLES)]
    Sample(sample::Arguments),
    /// Hear the windows of a sample again and compare word by word, as long as their sound is on the topic
    #[command(after_help = reperform::EXAMPLES)]
    Reperform(reperform::Arguments),
}

pub(crate) async fn run(config: &Config, arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.command {
        Command::Key { history } => key(config, history).await,
        Command::Checkpoint(arguments) => vouch::checkpoint(config, &arguments).await,
        Command::Vouch => vouch::vouch(config).await,
        Command::Rotate => Box::pin(rotate(config)).await,
        Command::Verify(arguments) => Box::pin(verify::run(config, &arguments)).await,
        Command::Prove { event, out } => prove(config, event, out).await,
        Command::Population(arguments) => population::run(config, &arguments).await,
        Command::Sample(arguments) => sample::run(&arguments),
        Command::Reperform(arguments) => Box::pin(reperform::run(config, &arguments)).await,
    }
}

/// The file of the key that signs.
pub(crate) fn key_file(config: &Config) -> KeyFile {
    let chosen = Some(config.audit.key_file.clone()).filter(|path| !path.as_os_str().is_empty());
    KeyFile::new(chosen.unwrap_or_else(|| config.data.dir.join("audit.key")), &config.audit.origin)
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn key(config: &Config, history: bool) -> anyhow::Result<Answer> {
    let store = open_store(config, "audit").await?;
    let keys = store.audit_keys().await?;
    let Some(last) = keys.last() else {
        return Err(NotReady("the audit log has no key yet: `earwitness up` makes it at its first start".into()).into());
    };
    if !history {
        println!("{}", last.vkey);
        return Ok(Answer::Done);
    }
    for key in &keys {
        println!("from size {}, {}: {}", key.first_size, key.created_at.format("%Y-%m-%dT%H:%M:%S%.6fZ"), key.vkey);
        if let Some(note) = &key.rotation {
            println!("\n{note}");
        }
    }
    Ok(Answer::Done)
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn rotate(config: &Config) -> anyhow::Result<Answer> {
    let store = open_store(config, "audit").await?;
    match report::rotate(&store, &key_file(config), now()).await {
        Ok(rotation) => {
            eprintln!("from size {} on the log is signed by", rotation.first_size());
            println!("{}", rotation.new_key());
            Ok(Answer::Done)
        }
        Err(error @ RotateError::Log(SequencerError::Refused { .. })) => {
            eprintln!("earwitness: {:#}", anyhow::Error::new(error));
            Ok(Answer::No)
        }
        Err(error @ (RotateError::Key(_) | RotateError::Log(SequencerError::Key(_)))) => {
            Err(anyhow::Error::new(error).context(NotReady("the key cannot be changed".into())))
        }
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::print_stdout, reason = "the answer")]
async fn prove(config: &Config, event: Uuid, out: Option<PathBuf>) -> anyhow::Result<Answer> {
    let store = open_store(config, "audit").await?;
    let proof = match report::prove(&store, event).await {
        Ok(proof) => proof,
        Err(error @ ProveError::NoPlace { .. }) => return Err(BadInput(error.to_string()).into()),
        Err(error @ ProveError::Unsigned { .. }) => return Err(NotReady(error.to_string()).into()),
        Err(error @ (ProveError::NotProved { .. } | ProveError::Tree(_))) => {
            eprintln!("earwitness: {:#}", anyhow::Error::new(error));
            return Ok(Answer::No);
        }
        Err(error) => return Err(error.into()),
    };
    match out {
        None => print!("{proof}"),
        Some(path) => std::fs::write(&path, proof.to_string())
            .with_context(|| BadInput(format!("cannot write {}", path.display())))?,
    }
    let size = proof.checkpoint.checkpoint().size();
    eprintln!("event {event} is leaf {} of the {size} that the checkpoint stands for", proof.index);
    Ok(Answer::Done)
}

/// A vkey from a file with one line.
pub(crate) fn read_vkey(path: &Path) -> anyhow::Result<VerifyingKey> {
    let text = std::fs::read_to_string(path).with_context(|| BadInput(format!("cannot read {}", path.display())))?;
    VerifyingKey::parse(text.trim()).with_context(|| BadInput(format!("{} holds no vkey", path.display())))
}
